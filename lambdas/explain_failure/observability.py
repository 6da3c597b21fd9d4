"""Logs and traces of this function. The service's name comes from POWERTOOLS_SERVICE_NAME."""

from aws_lambda_powertools import Logger, Tracer

from .explain import Explanation

logger = Logger()
tracer = Tracer()


def record(explanation: Explanation, version: str) -> None:
    """One log line an invocation."""
    logger.info("Failure explained", extra={"version": version, **explanation})
