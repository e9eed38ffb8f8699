"""BatchGetItem and BatchWriteItem."""
