"""Explains a failed training, or a refused dataset, in words an operator can act on.

`handler` receives the event and calls `explain`; `catalogue` translates Rekognition's codes,
`training_files` reads the files it leaves behind. Only `results_bucket` speaks to AWS. Modules import
one another relatively, so the package runs under whatever name it is bundled.
"""
