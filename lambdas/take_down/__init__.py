"""Stops and deletes what the pipeline made in Rekognition when its stack is deleted.

CloudFormation invokes it for the custom resource `TakeDown`, which is the first thing of the stack to be
deleted, and can neither stop a model nor delete a project that holds anything. `handler` answers
CloudFormation, `removal` waits, `workflows` and `project` do the work, and `words` says what is in the way.
`make destroy` uses `project` and `adopted_project` as well, so neither imports more than boto3.
Modules import one another relatively, so the package runs under whatever name it is bundled.
"""
