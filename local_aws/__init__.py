"""The embedded AWS: MiniStack, mended where our workflows depend on it, plus Rekognition Custom Labels.

One process, one loopback port, no Docker. `python -m local_aws` runs it in the foreground;
`local_aws.launcher.LocalAws` runs it as a child of tests and demos.
"""
