"""Reads FILE with the public safetensors package and compares it with its description, FILE.txt.

Usage: python3 tests/compare_safetensors.py FILE

tests/support/safetensors_description.hpp writes FILE.txt. Fields stand between tabs:
    counts    number of metadata    number of tensors
    metadata  key    value
    tensor    name   type    shape as a JSON list    sum    sum of value * (index + 1)    sum of magnitudes of those
Prints one line; the exit status is 0 if the file is as described, 1 if it is not, 2 if it cannot be read.
"""

import json
import math
import sys

import numpy
from safetensors import safe_open
from safetensors.numpy import load_file

TYPES = {"F64": "float64", "F32": "float32", "I64": "int64", "I32": "int32", "I16": "int16", "I8": "int8",
         "U64": "uint64", "U32": "uint32", "U16": "uint16", "U8": "uint8"}


def tensor_difference(name, array, fields):
    """How an array differs from the fields of its line, or None."""
    type_name, shape = TYPES[fields[0]], json.loads(fields[1])
    if str(array.dtype) != type_name or list(array.shape) != shape:
        return f"tensor {name!r} is {array.dtype} {list(array.shape)}, expected {type_name} {shape}"
    values = array.reshape(-1).astype(numpy.float64)
    weighted = values * numpy.arange(1, values.size + 1, dtype=numpy.float64)
    plain, ordered, magnitude = (float(field) for field in fields[2:])
    for what, terms, expected in (("sum", values, plain), ("ordered sum", weighted, ordered)):
        total = math.fsum(terms)
        if not abs(total - expected) <= 1e-12 * magnitude:
            return f"tensor {name!r} has the {what} {total!r}, expected {expected!r}"
    return None


def compare(path):
    """The first difference between a file and its description, or None, and a summary."""
    with open(path + ".txt", encoding="utf-8", newline="\n") as file:
        lines = [line.rstrip("\n").split("\t") for line in file]
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata() or {}
    tensors = load_file(path)
    expected_counts = [int(field) for field in lines[0][1:]]
    if [len(metadata), len(tensors)] != expected_counts:
        return f"{len(metadata)} metadata and {len(tensors)} tensors, expected {expected_counts}", ""
    if sum(expected_counts) != len(lines) - 1:
        return f"{len(lines) - 1} lines of description, expected {sum(expected_counts)}", ""
    for kind, name, *fields in lines[1:]:
        if kind == "metadata":
            if metadata.get(name) != fields[0]:
                return f"metadata {name!r} is {metadata.get(name)!r}, expected {fields[0]!r}", ""
        elif name not in tensors:
            return f"no tensor {name!r}", ""
        elif difference := tensor_difference(name, tensors[name], fields):
            return difference, ""
    elements = sum(array.size for array in tensors.values())
    return None, f"{len(tensors)} tensors, {elements} elements, {len(metadata)} metadata"


def main():
    if len(sys.argv) != 2:
        print("usage: python3 tests/compare_safetensors.py FILE")
        return 2
    path = sys.argv[1]
    try:
        difference, summary = compare(path)
    except Exception as error:  # whatever the package raises, the caller gets one line
        print(f"{path}: {type(error).__name__}: {error}".replace("\n", " "))
        return 2
    print(f"{path}: {difference or summary + ', as described'}")
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main())
