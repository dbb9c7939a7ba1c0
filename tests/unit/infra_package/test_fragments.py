"""The fragments of the template are one template, or none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chalicelib.storage import keys
from infra import fragments


def write(folder: Path, **files: object) -> Path:
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    return folder


def test_two_fragments_may_say_different_things_of_one_resource(tmp_path):
    folder = write(
        tmp_path, one={"Resources": {"A": {"x": 1}}}, two={"Resources": {"A": {"y": [2]}, "B": {}}}
    )
    assert fragments.merged(folder) == {"Resources": {"A": {"x": 1, "y": [2]}, "B": {}}}


@pytest.mark.parametrize("other", [2, [1], {"z": 1}])
def test_two_fragments_that_contradict_each_other_are_refused(tmp_path, other):
    write(tmp_path, one={"Resources": {"A": {"x": 1}}}, two={"Resources": {"A": {"x": other}}})
    with pytest.raises(fragments.Contradiction, match="/Resources/A/x"):
        fragments.merged(tmp_path)


def test_the_index_is_the_one_that_the_keys_name():
    (index,) = fragments.properties("Table")["GlobalSecondaryIndexes"]
    assert index["IndexName"] == keys.INDEX
