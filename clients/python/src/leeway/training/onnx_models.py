"""Models of scikit-learn, XGBoost and LightGBM as ONNX files that Leeway can serve.

Leeway gives a model one input for each feature, by name: numbers as float [N, 1], NaN where they are missing, strings as
string [N, 1], empty where they are missing. It reads the label and, of a classifier, the probabilities as a plain tensor.
The converters are skl2onnx and onnxmltools.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from ..errors import LeewayClientError
from .features import Feature
from .tables import class_name, need

# Operators as every runtime of the last years knows them.
_OPSET = {"": 17, "ai.onnx.ml": 3}


def to_onnx(
    model: Any,
    features: Mapping[str, Feature],
    *,
    classes: Optional[Sequence[Any]] = None,
    positive: Optional[str] = None,
) -> bytes:
    """An ONNX file of a fitted model.

    `classes` names the classes of a classifier in the order of its probabilities, where it was trained on numbers that
    stand for them. Raises LeewayClientError `missing_package` without the converters, and `bad_model` for a model that
    cannot be converted or could not be served.
    """
    # Of a search, such as GridSearchCV, what it found.
    model = getattr(model, "best_estimator_", model)
    names = _columns_of(model, features)
    library = type(model).__module__.split(".")[0]
    try:
        if _takes_columns(model):
            inputs = [(name, _tensor_type(features[name])) for name in names]
            graph = _convert_sklearn(model, inputs)
        else:
            graph = _convert_matrix(model, library, names, features)
    except LeewayClientError:
        raise
    except Exception as cause:
        raise LeewayClientError(
            "bad_model", f"{type(model).__name__} cannot be converted to ONNX: {type(cause).__name__}: {cause}"
        ) from cause
    if _type_of_output(graph) in ("string", "int64"):
        _name_classes(graph, model, classes, positive)
    elif classes is not None:
        raise LeewayClientError("bad_model", f"classes: {type(model).__name__} is no classifier")
    data: bytes = graph.SerializeToString()
    return data


def can_convert(model: Any) -> bool:
    """Whether it is a model of one of the three libraries, or one that follows scikit-learn."""
    return hasattr(model, "predict") and (
        type(model).__module__.split(".")[0] in ("sklearn", "xgboost", "lightgbm") or hasattr(model, "get_params")
    )


def _columns_of(model: Any, features: Mapping[str, Feature]) -> List[str]:
    """The features that the model was fitted to, in its order."""
    names = getattr(model, "feature_names_in_", None)
    if names is None and hasattr(model, "feature_names"):  # a Booster of XGBoost
        names = model.feature_names
    if names is None and callable(getattr(model, "feature_name", None)):  # a Booster of LightGBM
        names = model.feature_name()
    if names is None:
        width = getattr(model, "n_features_in_", len(features))
        if width != len(features):
            raise LeewayClientError(
                "bad_model",
                f"the model was fitted to {width} columns without names, and there are {len(features)} features; "
                "fit it to a DataFrame with the columns run.feature_names",
            )
        return list(features)
    found = [str(name) for name in names]
    unknown = [name for name in found if name not in features]
    if unknown:
        raise LeewayClientError(
            "bad_model",
            f"the model was fitted to columns that are no features: {', '.join(unknown[:10])}; "
            f"declared are {', '.join(features)}",
        )
    return found


def _takes_columns(model: Any) -> bool:
    """Whether the model tells its columns apart, so that it can have one input for each."""
    if type(model).__name__ == "ColumnTransformer":
        return True
    steps = getattr(model, "steps", None)
    if isinstance(steps, list) and steps:
        return _takes_columns(steps[0][1])
    return False


def _tensor_type(feature: Feature) -> Any:
    types = need("skl2onnx.common.data_types", "to save a model as ONNX")
    if feature.is_string:
        return types.StringTensorType([None, 1])
    return types.FloatTensorType([None, feature.dimension if feature.type == "vector" else 1])


def _convert_sklearn(model: Any, inputs: List[Tuple[str, Any]]) -> Any:
    skl2onnx = need("skl2onnx", "to save a model as ONNX")
    _register(skl2onnx)
    scaler = need("sklearn.preprocessing", "to save a model as ONNX").StandardScaler
    # A division, as scikit-learn does it: multiplied by the inverse, a value that lies exactly on the threshold of a tree,
    # as those of XGBoost do, may move to its other side.
    options: Dict[Any, Any] = {scaler: {"div": "div"}}
    if hasattr(model, "predict_proba"):
        options[id(model)] = {"zipmap": False}
    return skl2onnx.convert_sklearn(model, initial_types=inputs, options=options, target_opset=_OPSET)


def _convert_matrix(model: Any, library: str, names: List[str], features: Mapping[str, Feature]) -> Any:
    """A model that takes one matrix, behind an operator that puts it together from one input for each feature."""
    strings = [name for name in names if not features[name].is_number]
    if strings:
        raise LeewayClientError(
            "bad_model",
            f"the model takes a matrix of numbers, but {', '.join(strings[:10])} {_is(strings)} {features[strings[0]].type}; "
            "begin with a ColumnTransformer that encodes strings",
        )
    matrix = "X"
    while matrix in features:
        matrix += "_"
    types = need("skl2onnx.common.data_types", "to save a model as ONNX")
    inputs = [(matrix, types.FloatTensorType([None, len(names)]))]
    if library in ("xgboost", "lightgbm"):
        graph = _convert_booster(model, library, inputs)
    else:
        graph = _convert_sklearn(model, inputs)
    _split_input(graph, matrix, names)
    return graph


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _convert_booster(model: Any, library: str, inputs: List[Tuple[str, Any]]) -> Any:
    tools = need("onnxmltools", f"to save a model of {library} as ONNX")
    types = need("onnxmltools.convert.common.data_types", f"to save a model of {library} as ONNX")
    name, matrix = inputs[0]
    given = [(name, types.FloatTensorType(list(matrix.shape)))]
    if library == "xgboost":
        return tools.convert_xgboost(_plain_names(model), initial_types=given, target_opset=15)
    return tools.convert_lightgbm(model, initial_types=given, target_opset=15, zipmap=False)


def _plain_names(model: Any) -> Any:
    """The converter of XGBoost reads the columns' numbers out of names of its own kind: f0, f1 and so on."""
    import copy

    twin = copy.deepcopy(model)
    booster = twin.get_booster() if hasattr(twin, "get_booster") else twin
    booster.feature_names = None
    return twin


def _register(skl2onnx: Any) -> None:
    """Tells skl2onnx of the other two libraries, for pipelines that end with their models."""
    shapes = need("skl2onnx.common.shape_calculator", "to save a model as ONNX")
    of_classifier = shapes.calculate_linear_classifier_output_shapes
    of_regressor = shapes.calculate_linear_regressor_output_shapes
    options: Dict[str, List[Any]] = {"nocl": [True, False], "zipmap": [True, False, "columns"]}
    for library, prefix, path in (
        ("xgboost", "XGB", "onnxmltools.convert.xgboost.operator_converters.XGBoost:convert_xgboost"),
        ("lightgbm", "LGBM", "onnxmltools.convert.lightgbm.operator_converters.LightGbm:convert_lightgbm"),
    ):
        try:
            import importlib

            module = importlib.import_module(library)
            file, function = path.split(":")
            convert = getattr(importlib.import_module(file), function)
        except ImportError:
            continue
        for kind, calculate in (("Classifier", of_classifier), ("Regressor", of_regressor)):
            skl2onnx.update_registered_converter(
                getattr(module, f"{prefix}{kind}"),
                f"Leeway{prefix}{kind}",
                calculate,
                convert,
                options=options if kind == "Classifier" else {"split": None},
            )


def _split_input(graph: Any, matrix: str, names: List[str]) -> None:
    helper = need("onnx.helper", "to save a model as ONNX")
    proto = need("onnx", "to save a model as ONNX").TensorProto
    kept = [entry for entry in graph.graph.input if entry.name != matrix]
    inputs = [helper.make_tensor_value_info(name, proto.FLOAT, [None, 1]) for name in names]
    del graph.graph.input[:]
    graph.graph.input.extend([*inputs, *kept])
    nodes = list(graph.graph.node)
    del graph.graph.node[:]
    graph.graph.node.extend([helper.make_node("Concat", names, [matrix], name="leeway_features", axis=1), *nodes])


def _name_classes(graph: Any, model: Any, classes: Optional[Sequence[Any]], positive: Optional[str]) -> None:
    """Sees to it that labels and the order of probabilities are Leeway's classes."""
    own = getattr(model, "classes_", None)
    trained = None if own is None else [class_name(value) for value in own]
    named = trained if classes is None else [class_name(value) for value in classes]
    if classes is not None and trained is not None and len(classes) != len(trained):
        raise LeewayClientError(
            "bad_model", f"classes: the model has {len(trained)} ({', '.join(trained)}), and {len(classes)} are named"
        )
    if named is not None and positive is not None and positive not in named:
        raise LeewayClientError(
            "bad_model",
            f"the classes are {', '.join(named)}, but the positive one of this model is {positive!r}; "
            "name them in the order of the probabilities: save_model(model, classes=[...])",
        )
    if named is None:
        return
    _set_metadata(graph, "leeway.classes", named)
    if trained != named or _type_of_output(graph) != "string":
        _relabel(graph, trained or [str(number) for number in range(len(named))], named)


def _set_metadata(graph: Any, key: str, names: List[str]) -> None:
    import json

    entry = graph.metadata_props.add()
    entry.key, entry.value = key, json.dumps(names)


def _type_of_output(graph: Any) -> str:
    proto = need("onnx", "to save a model as ONNX").TensorProto
    kind = graph.graph.output[0].type.tensor_type.elem_type
    return {proto.STRING: "string", proto.INT64: "int64"}.get(kind, "other")


def _relabel(graph: Any, trained: List[str], named: List[str]) -> None:
    """Puts an operator behind the label that turns what the model calls its classes into their names."""
    helper = need("onnx.helper", "to save a model as ONNX")
    proto = need("onnx", "to save a model as ONNX").TensorProto
    output = graph.graph.output[0]
    kind = _type_of_output(graph)
    if kind == "other":
        raise LeewayClientError("bad_model", f"its first output, {output.name}, is no label")
    inner, outer = output.name, f"{output.name}_named"
    keys = {"keys_int64s": [int(name) for name in trained]} if kind == "int64" else {"keys_strings": trained}
    node = helper.make_node(
        "LabelEncoder", [inner], [outer], name="leeway_classes", domain="ai.onnx.ml", values_strings=named, **keys
    )
    graph.graph.node.append(node)
    graph.graph.output[0].CopyFrom(helper.make_tensor_value_info(outer, proto.STRING, [None]))
    versions = [entry for entry in graph.opset_import if entry.domain == "ai.onnx.ml"]
    if not versions:
        graph.opset_import.append(helper.make_opsetid("ai.onnx.ml", _OPSET["ai.onnx.ml"]))
    # Version 1 of the operator has other attributes.
    elif versions[0].version < 2:
        versions[0].version = _OPSET["ai.onnx.ml"]
