"""The DynamoDB Streams API: ListStreams, DescribeStream, GetShardIterator, GetRecords."""
