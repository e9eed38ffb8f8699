"""The parameters of the Security Token Service's actions, as its query protocol flattens them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from slipring.iam.identities import parsed
from slipring.iam.policies.templates import Values
from slipring.iam.records import Tags
from slipring.model.errors import sts as errors

Parameters: TypeAlias = Mapping[str, str]

_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
_POLICY_ARN = re.compile(r"arn:aws:iam::\d{12}:policy(?:/[^/]+)*/([^/]+)", re.ASCII)
_ROLE_S = (900, 43_200, 3600)
_DOCUMENT_CHARACTERS_MAX = 2048
_POLICIES_MAX = 10
_TAGS_MAX = 50
_TAG_KEY_CHARACTERS_MAX = 128
_TAG_VALUE_CHARACTERS_MAX = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumeRole:
    """What an AssumeRole asks for."""

    role_arn: str
    session_name: str
    seconds: int
    document: str = ""
    policies: list[str] = field(default_factory=list)
    """Names of managed policies of the role's account."""
    tags: Tags = field(default_factory=dict)
    transitive: list[str] = field(default_factory=list)
    """Keys of the tags that are to go on to whatever role is assumed with the session."""
    inherited: Tags = field(default_factory=dict)
    """Those that have come so far from the session that asks."""
    external_id: str = ""
    source_identity: str = ""

    @property
    def actions(self) -> list[str]:
        """What the caller must be allowed to do."""
        actions = ["sts:AssumeRole"]
        if self.tags or self.inherited:
            actions.append("sts:TagSession")
        if self.source_identity:
            actions.append("sts:SetSourceIdentity")
        return actions

    def context(self, key: str) -> Values | None:
        """The value of a key that a condition asks for ("IAM and AWS STS condition context keys")."""
        if key == "sts:rolesessionname":
            return self.session_name
        if key == "sts:externalid":
            return self.external_id or None
        if key == "sts:sourceidentity":
            return self.source_identity or None
        if key == "sts:transitivetagkeys":
            return tuple(self.transitive) or None
        if key == "aws:tagkeys":
            return tuple(self.tags) or None
        if key.startswith("aws:requesttag/"):
            return tag_named(self.tags, key)
        return None


def tag_named(tags: Mapping[str, str], key: str) -> str | None:
    """The value of the tag that a condition key names after its slash, whatever the case."""
    wanted = key.partition("/")[2]
    return next((value for name, value in tags.items() if name.lower() == wanted), None)


def read_assume_role(parameters: Parameters) -> AssumeRole:
    """Raises ValidationError."""
    name = _matching(parameters, "RoleSessionName", _SESSION_NAME, required=True)
    document = parameters.get("Policy", "")
    if len(document) > _DOCUMENT_CHARACTERS_MAX:
        raise errors.unfit(
            document, "policy", f"Member must have length less than or equal to {_DOCUMENT_CHARACTERS_MAX}"
        )
    if document:
        parsed(document, "")
    tags = _tags(parameters)
    return AssumeRole(
        role_arn=_required(parameters, "RoleArn"),
        session_name=name,
        seconds=read_seconds(parameters, *_ROLE_S),
        document=document,
        policies=_policies(parameters),
        tags=tags,
        transitive=_transitive(parameters, tags),
        external_id=_matching(parameters, "ExternalId", _EXTERNAL_ID),
        source_identity=_matching(parameters, "SourceIdentity", _SESSION_NAME),
    )


def read_seconds(parameters: Parameters, least: int, most: int, usual: int) -> int:
    """DurationSeconds. Raises ValidationError."""
    text = parameters.get("DurationSeconds", str(usual))
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise errors.unfit(text, "durationSeconds", "Member must be a whole number")
    seconds = int(text)
    if seconds < least:
        raise errors.unfit(text, "durationSeconds", f"Member must have value greater than or equal to {least}")
    if seconds > most:
        raise errors.unfit(text, "durationSeconds", f"Member must have value less than or equal to {most}")
    return seconds


def _policies(parameters: Parameters) -> list[str]:
    arns = [
        parameters[key]
        for number in range(1, _POLICIES_MAX + 2)
        if (key := f"PolicyArns.member.{number}.arn") in parameters
    ]
    if len(arns) > _POLICIES_MAX:
        raise errors.unfit(str(arns), "policyArns", f"Member must have length less than or equal to {_POLICIES_MAX}")
    names = []
    for arn in arns:
        found = _POLICY_ARN.fullmatch(arn)
        if found is None:
            raise errors.unfit(arn, "policyArns", "Member must be the ARN of a policy")
        names.append(found[1])
    return names


def _tags(parameters: Parameters) -> Tags:
    tags: Tags = {}
    for number in range(1, _TAGS_MAX + 2):
        key = parameters.get(f"Tags.member.{number}.Key")
        if key is None:
            break
        value = parameters.get(f"Tags.member.{number}.Value", "")
        if not 1 <= len(key) <= _TAG_KEY_CHARACTERS_MAX:
            raise errors.unfit(key, f"tags.{number}.member.key", "Member must have length between 1 and 128")
        if len(value) > _TAG_VALUE_CHARACTERS_MAX:
            raise errors.unfit(
                value, f"tags.{number}.member.value", "Member must have length less than or equal to 256"
            )
        if key.lower() in (given.lower() for given in tags):
            raise errors.repeated_tag()
        tags[key] = value
    if len(tags) > _TAGS_MAX:
        raise errors.unfit(str(len(tags)), "tags", f"Member must have length less than or equal to {_TAGS_MAX}")
    return tags


def _transitive(parameters: Parameters, tags: Tags) -> list[str]:
    """Keys are the same whatever their case; the tags say how they are written."""
    written = {key.lower(): key for key in tags}
    found = []
    for number in range(1, _TAGS_MAX + 1):
        key = parameters.get(f"TransitiveTagKeys.member.{number}")
        if key is None:
            break
        if key.lower() not in written:
            raise errors.unfit(key, "transitiveTagKeys", "Member must be the key of a tag that is passed")
        found.append(written[key.lower()])
    return found


def _required(parameters: Parameters, name: str) -> str:
    if not parameters.get(name):
        raise errors.absent(_member(name))
    return parameters[name]


def _matching(parameters: Parameters, name: str, form: re.Pattern[str], *, required: bool = False) -> str:
    text = _required(parameters, name) if required else parameters.get(name, "")
    if text and not form.fullmatch(text):
        raise errors.unfit(text, _member(name), f"Member must satisfy regular expression pattern: {form.pattern}")
    return text


def _member(name: str) -> str:
    return name[0].lower() + name[1:]
