"""Making tables what a template says, through DynamoDB's API. What is asked for is yielded; others do the asking."""
