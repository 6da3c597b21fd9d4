"""The one door every AWS call comes through: it names the call, logs it, injects faults and checks both ways.

Workflow tasks, nested starts, event targets, Lambdas, tests and the CDK CLI are all HTTP requests to
the one port, so nothing here can be walked around.
"""
