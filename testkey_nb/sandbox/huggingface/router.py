"""The router's answers: the model list, which is public and never looks at a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from testkey_nb.sandbox.huggingface import answers

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from testkey_nb.sandbox.huggingface.scene import Scene


def model_list(scene: Scene, _request: Request) -> Response:
    """Answer `/v1/models`."""
    listed = [model.router() for model in scene.models if model.routed]
    return answers.router({"object": "list", "data": listed})


def model_info(scene: Scene, request: Request) -> Response:
    """Answer `/v1/models/{org}/{name}` with one object."""
    name = request.path_params["repo"]
    model = scene.model(name)
    if model is not None and model.routed:
        return answers.router(model.router())
    # No source shows this 404. The body is the one recorded for an unknown model elsewhere on the
    # router: https://github.com/maruel/genai, `errors/bad_model/GenSync.yaml`.
    error = {
        "message": f"The requested model '{name}' does not exist.",
        "type": "invalid_request_error",
        "param": "model",
        "code": "model_not_found",
    }
    return answers.router({"error": error}, 404)
