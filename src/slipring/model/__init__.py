"""DynamoDB's terms, pure: values, numbers, keys, sizes, limits, the service model, its checks and its errors."""
