"""Operations on tables: create, describe, list, update, delete, their tags and their time to live."""
