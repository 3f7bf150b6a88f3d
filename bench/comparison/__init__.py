"""What `bench/compare` is made of; nothing but Python's standard library.

`peers` says who is compared, `installing` gets them there, `process` starts them, `load` puts load on
them, `scenarios` says which, `rounds` in what order. `numbers`, `tables`, `charts` and `report` make of
the runs what people read. A *run* is one server under one load, once: a dictionary, as it stands in the
result's JSON.
"""
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BENCH = ROOT / "bench"


class CannotGoOn(Exception):
    """Something that the reader can do something about. The text says what."""
