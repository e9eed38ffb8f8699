"""Operations on one item: get, put, update, delete."""
