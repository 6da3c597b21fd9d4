"""Judges a trained model version by its evaluation.

`handler` receives the event and calls `judge`; `summary` reads Rekognition's evaluation summary in
its two documented layouts. Only `evaluation_store` speaks to AWS. Modules import one another
relatively, so the package runs under whatever name it is bundled.
"""
