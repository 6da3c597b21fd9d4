"""Explains a failed training, a refused dataset, or lines that a dataset left out, in words an operator can
act on.

`handler` receives the event and calls `explain`, or `datasets`, which compares a dataset with its manifest
(see `dropped`); `catalogue` translates Rekognition's codes, `training_files` reads the files it leaves
behind. Only `results_bucket` and `dataset_entries` speak to AWS. Modules import one another relatively, so
the package runs under whatever name it is bundled.
"""
