"""The errors that Rekognition answers with, by the names of its service model (2016-06-27)."""

from __future__ import annotations


class RekognitionError(Exception):
    """An answer with an error: a name that the service model declares and words for the reader.

    Status codes: 400 for the client's faults, 500 for the service's (Rekognition Developer Guide,
    "Error handling").
    """

    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def code(self) -> str:
        """The error's name on the wire, which is the name of its class."""
        return type(self).__name__


class AccessDeniedException(RekognitionError):  # noqa: N818 - the service's own names
    """The caller may not do this."""


class ImageTooLargeException(RekognitionError):  # noqa: N818
    """The picture to look at is over the size limit."""


class InternalServerError(RekognitionError):
    """A fault of the service itself (the one name without "Exception")."""

    status = 500


class InvalidImageFormatException(RekognitionError):  # noqa: N818
    """The picture to look at is neither PNG nor JPEG."""


class InvalidPaginationTokenException(RekognitionError):  # noqa: N818
    """NextToken is not one that this list gave out."""


class InvalidParameterException(RekognitionError):  # noqa: N818
    """A member's value breaks a constraint."""


class InvalidS3ObjectException(RekognitionError):  # noqa: N818
    """The S3 object named in the request cannot be had with the caller's rights."""


class LimitExceededException(RekognitionError):  # noqa: N818
    """A quota of the account or of the model is used up."""


class ResourceAlreadyExistsException(RekognitionError):  # noqa: N818
    """The project has such a dataset already."""


class ResourceInUseException(RekognitionError):  # noqa: N818
    """The name is taken, or the resource's status does not allow the call."""


class ResourceNotFoundException(RekognitionError):  # noqa: N818
    """No such resource in this account and Region."""


class ResourceNotReadyException(RekognitionError):  # noqa: N818
    """The model is not RUNNING, or the dataset is still being made."""


class ServiceQuotaExceededException(RekognitionError):  # noqa: N818
    """The project holds as many models as it may."""
