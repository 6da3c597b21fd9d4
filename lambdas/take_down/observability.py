"""Logs and traces of this function. Service and namespace come from POWERTOOLS_SERVICE_NAME."""

from aws_lambda_powertools import Logger, Tracer

logger = Logger()
tracer = Tracer()
