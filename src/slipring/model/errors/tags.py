"""What is said of tags and of the resources they are put on."""

from __future__ import annotations

from slipring.model.errors.tree import AccessDeniedException, ResourceNotFoundException, ValidationException

_INVALID = "One or more parameter values were invalid: "


def not_an_arn(text: str) -> ValidationException:
    return ValidationException(f"{_INVALID}ARNs must start with 'arn:': {text}")


def not_a_resource(arn: str) -> ValidationException:
    """An ARN of another service, or of something of DynamoDB's that bears no tags, like a backup."""
    return ValidationException(f"{_INVALID}Provided Arn is not a DynamoDB resource arn: {arn}")


def not_a_table(arn: str) -> ValidationException:
    """A part of a table, like an index."""
    return ValidationException(
        f"{_INVALID}Invalid resource arn provided, only table or stream is accepted. Provided resource arn: {arn}"
    )


def resource_not_found(arn: str) -> ResourceNotFoundException:
    return ResourceNotFoundException(f"Requested resource not found: ResourceArn: {arn} not found")


def resource_of_another_account(caller_arn: str, action: str, arn: str) -> AccessDeniedException:
    """IAM answers before the table is looked for, so an unknown one is denied rather than not found."""
    return AccessDeniedException(
        f"User: {caller_arn} is not authorized to perform: dynamodb:{action} on resource: {arn}"
    )


def no_tags() -> ValidationException:
    return ValidationException("Atleast one Tag needs to be provided as Input.")


def no_tag_keys() -> ValidationException:
    return ValidationException("Atleast one Tag Key needs to be provided as Input.")


def too_many_tags() -> ValidationException:
    return ValidationException("Number of Tags exceed the current limit for the provided ResourceArn")


def tag_key_invalid(key: str) -> ValidationException:
    """Empty, too long, or with characters that tags may not have."""
    return ValidationException(f"The Tag Key provided is invalid, Key: {key}")


def tag_value_invalid(value: str) -> ValidationException:
    return ValidationException(f"The Tag Value provided is invalid, Value: {value}")


def tag_key_reserved(key: str) -> ValidationException:
    return ValidationException(f"Tag Key cannot be prefixed with aws:, Key: {key}")


def tag_repeated(key: str) -> ValidationException:
    return ValidationException(f"Duplicate Tag Keys provided as input: Duplicate Tag Key found {key}")
