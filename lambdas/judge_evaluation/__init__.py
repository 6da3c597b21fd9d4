"""Judges a trained model version by its evaluation, and against the model that is live.

`handler` receives the event and calls `drawing`, which draws the sample of test pictures that other models
are asked about, or `judge`. `summary` and `snapshot` read what Rekognition wrote about the version's test in
its documented layouts, `answers` what the live model said to the sample, and `champion_labels` what it knows.
`rules` hold the version against the operator's minimums and, by `comparison` and `bootstrap`, against the
live model; the result is a `verdict.Verdict`. Only `evaluation_store` speaks to AWS. Modules import one
another relatively, so the package runs under whatever name it is bundled.
"""
