"""Turns the labelled pictures in the dataset bucket into a training set.

`handler` receives the event and calls `build`, whose steps are plain functions of the pictures:
`selection`, `digest`, `contents`, `split`, `novelty`, `report`. Only `dataset_bucket` and
`set_registry` speak to AWS. Modules import one another relatively, so the package runs under
whatever name it is bundled.
"""
