"""Seeds: files of items that tables begin with."""
