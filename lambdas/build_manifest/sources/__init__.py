"""Sets that files of labels, or the datasets of another project, tell of: see `data_source`.

A set made of folders is not read here, but by `..build`: its labels are in its keys, and a quarter of a
million of its pictures are measured in seconds. Here labels are read (`..labelled`), the pictures that they
name are looked for in S3 (`located`), and both make a set (`labelled_set`), of which the same is told and
written as of one made of folders (`labelled_build`).
"""
