"""Stripe's form encoding."""

import pytest

from tests.stripe_local import forms
from tests.stripe_local.errors import ApiError


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([("a", "1")], {"a": "1"}),
        ([("a[b]", "1"), ("a[c][d]", "2")], {"a": {"b": "1", "c": {"d": "2"}}}),
        ([("a[]", "1"), ("a[]", "2")], {"a": ["1", "2"]}),
        ([("a[1]", "y"), ("a[0]", "x")], {"a": ["x", "y"]}),
        ([("a[0][b]", "1"), ("a[1][b]", "2")], {"a": [{"b": "1"}, {"b": "2"}]}),
        ([("metadata", "")], {"metadata": ""}),
    ],
)
def test_parse(pairs, expected):
    assert forms.parse(pairs) == expected


@pytest.mark.parametrize("value", ["1.5", "abc", "", "1e3", ["1"]])
def test_integer_refuses_other_things(value):
    with pytest.raises(ApiError):
        forms.integer({"n": value}, "n")


def test_metadata_has_limits():
    for metadata in ({"k" * 41: "v"}, {"k": "v" * 501}, {str(n): "v" for n in range(51)}):
        with pytest.raises(ApiError):
            forms.merged_metadata({}, {"metadata": metadata})
