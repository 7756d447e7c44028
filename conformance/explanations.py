"""Writes explanations.json: SHAP values of trees and of any model, permutation importance, local linear models, rankings.

Needs: numpy, scipy, scikit-learn, shap, xgboost, lightgbm, onnx, skl2onnx, onnxmltools, lime
"""

import base64
import importlib.metadata
import json
import logging
import pathlib
import warnings

import lightgbm
import numpy as np
import onnx
import onnxmltools
import shap
import xgboost
from lime.lime_tabular import LimeTabularExplainer
from onnxmltools.convert.common.data_types import FloatTensorType as OtherFloats
from scipy.stats import kendalltau
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.ensemble import (
    GradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.inspection import permutation_importance
from sklearn.metrics import ndcg_score

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

version = importlib.metadata.version
ROWS = 160
FEATURES = 5
OPSET = {"": 17, "ai.onnx.ml": 3}


def table():
    rng = np.random.default_rng(7)
    x = np.round(rng.normal(size=(ROWS, FEATURES)), 2).astype(np.float32)
    signal = x[:, 0] * 1.5 + np.where(x[:, 1] > 0, x[:, 2], -x[:, 2]) + 0.5 * x[:, 3] ** 2
    noise = rng.normal(size=ROWS)
    number = np.round(signal + 0.3 * noise, 3)
    return x, number, (number > np.median(number)).astype(int), np.digitize(number, np.quantile(number, [0.3, 0.7]))


def plain(value):
    """Numbers as JSON has them; a missing one is null."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, (float, np.floating)):
        return None if np.isnan(value) else float(value)
    return int(value) if isinstance(value, np.integer) else value


def margins(model, rows):
    """What the model says before it makes probabilities of it, rows x outputs."""
    package = type(model).__module__.split(".")[0]
    if package == "xgboost":
        said = model.predict(rows, output_margin=True)
    elif package == "lightgbm":
        said = model.predict(rows, raw_score=True)
    elif hasattr(model, "decision_function"):
        said = model.decision_function(rows)
    else:
        said = model.predict_proba(rows) if hasattr(model, "predict_proba") else model.predict(rows)
    return np.asarray(said, dtype=float).reshape(len(rows), -1)


def by_output(values):
    """shap gives rows x features, or rows x features x outputs; here outputs x rows x features."""
    values = np.asarray(values)
    return values[None] if values.ndim == 2 else np.moveaxis(values, 2, 0)


def structure(explainer):
    """The trees as shap sees them, base and scale written into the leaves; left is the way of `<=` or `<`."""
    trees = []
    for tree in explainer.model.trees:
        leaf = tree.children_left < 0
        trees.append(
            {
                "feature": np.where(leaf, -1, tree.features),
                "threshold": np.where(leaf, 0, tree.thresholds),
                "yes": np.where(leaf, -1, tree.children_left),
                "no": np.where(leaf, -1, tree.children_right),
                "missing": np.where(leaf, -1, tree.children_default),
                "cover": tree.node_sample_weight,
                "values": np.where(leaf[:, None], tree.values, 0),
            }
        )
    return [{key: plain(value) for key, value in tree.items()} for tree in trees]


def as_version_5(model):
    """A TreeEnsembleRegressor as the TreeEnsemble of version 5 of the operators, which no converter writes yet."""
    node = model.graph.node[0]
    old = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    places = list(zip(old["nodes_treeids"], old["nodes_nodeids"]))
    leaf = [mode == b"LEAF" for mode in old["nodes_modes"]]
    inner = [p for p, is_leaf in zip(places, leaf) if not is_leaf]
    outer = [p for p, is_leaf in zip(places, leaf) if is_leaf]
    weight = dict(zip(zip(old["target_treeids"], old["target_nodeids"]), old["target_weights"]))
    new = {"nodes_featureids": [], "nodes_missing_value_tracks_true": []}
    for way in ("true", "false"):
        new[f"nodes_{way}nodeids"], new[f"nodes_{way}leafs"] = [], []
    splits = []
    for i, place in enumerate(places):
        if leaf[i]:
            continue
        new["nodes_featureids"].append(old["nodes_featureids"][i])
        new["nodes_missing_value_tracks_true"].append(0)
        splits.append(old["nodes_values"][i])
        for way in ("true", "false"):
            to = (place[0], old[f"nodes_{way}nodeids"][i])
            new[f"nodes_{way}leafs"].append(int(to in outer))
            new[f"nodes_{way}nodeids"].append(outer.index(to) if to in outer else inner.index(to))
    tensor = lambda name, kind, values: onnx.helper.make_tensor(name, kind, [len(values)], values)
    roots = [inner.index((tree, 0)) for tree in sorted(set(old["nodes_treeids"]))]
    ensemble = onnx.helper.make_node(
        "TreeEnsemble",
        list(node.input),
        list(node.output),
        domain="ai.onnx.ml",
        n_targets=1,
        aggregate_function=1,
        post_transform=0,
        tree_roots=roots,
        nodes_splits=tensor("splits", onnx.TensorProto.FLOAT, splits),
        nodes_modes=tensor("modes", onnx.TensorProto.UINT8, [0] * len(splits)),
        leaf_targetids=[0] * len(outer),
        leaf_weights=tensor("weights", onnx.TensorProto.FLOAT, [weight[place] for place in outer]),
        **new,
    )
    graph = onnx.helper.make_graph([ensemble], "trees", model.graph.input, model.graph.output)
    opsets = [onnx.helper.make_opsetid("", 17), onnx.helper.make_opsetid("ai.onnx.ml", 5)]
    return onnx.helper.make_model(graph, opset_imports=opsets, ir_version=10)


def trees():
    x, number, answer, three = table()
    # Beside the values of training: shap rounds a value that lies on a threshold otherwise than the libraries do.
    background = x[:12] + np.float32(0.003)
    rows = x[100:106] + np.float32(0.003)
    holes = rows.copy()
    holes[0, 0] = holes[2, 1] = holes[2, 3] = np.nan
    forest = dict(n_estimators=4, max_depth=4, random_state=0, bootstrap=False, max_features=3)
    boosted = dict(n_estimators=6, max_depth=3, random_state=0)
    light = dict(n_estimators=6, num_leaves=6, min_child_samples=8, random_state=0, verbose=-1)
    # Whether the rows of training that came through each node can be counted, as shap's covers are.
    models = [
        ("forest, two classes", RandomForestClassifier(**forest), answer, rows, True),
        ("forest, three classes", RandomForestClassifier(**forest), three, rows, True),
        ("forest, a number", RandomForestRegressor(**forest), number, rows, True),
        ("gradient boosting, two classes", GradientBoostingClassifier(**boosted), answer, rows, True),
        ("xgboost, two classes", xgboost.XGBClassifier(**boosted), answer, holes, False),
        ("xgboost, three classes", xgboost.XGBClassifier(**boosted), three, holes, False),
        ("xgboost, a number", xgboost.XGBRegressor(**boosted), number, holes, True),
        ("lightgbm, two classes", lightgbm.LGBMClassifier(**light), answer, rows, True),
        ("lightgbm, three classes", lightgbm.LGBMClassifier(**light), three, rows, True),
        ("lightgbm, a number", lightgbm.LGBMRegressor(**light), number, rows, True),
    ]
    cases = []
    for name, model, target, asked, counted in models:
        model.fit(x, target)
        package = type(model).__module__.split(".")[0]
        if package == "sklearn":
            options = {"zipmap": False} if hasattr(model, "predict_proba") else None
            file = convert_sklearn(model, initial_types=[("X", FloatTensorType([None, FEATURES]))], options=options, target_opset=OPSET)
        else:
            convert = onnxmltools.convert_xgboost if package == "xgboost" else onnxmltools.convert_lightgbm
            extra = {"zipmap": False} if package == "lightgbm" else {}
            file = convert(model, initial_types=[("X", OtherFloats([None, FEATURES]))], target_opset=15, **extra)
        said = model.predict_proba(asked) if hasattr(model, "predict_proba") else model.predict(asked)[:, None]
        inter = shap.TreeExplainer(model, background, feature_perturbation="interventional", model_output="raw")
        values = inter.shap_values(asked, check_additivity=False)
        case = {
            "name": name,
            "source": f"shap.TreeExplainer, shap {version('shap')}; the model by {package.replace('sklearn', 'scikit-learn')} {version(package.replace('sklearn', 'scikit-learn'))}",
            "onnx": base64.b64encode(file.SerializeToString()).decode(),
            "rows": plain(asked),
            "says": plain(np.asarray(said, dtype=float)),
            "interventional": {
                # Not shap's own, which leaves out one of the intercepts of a model of xgboost 3 with several classes.
                "base": plain(margins(model, background).mean(axis=0)),
                "values": plain(by_output(values)),
            },
        }
        path = shap.TreeExplainer(model)
        case["pathDependent"] = {
            "counted": counted,
            **({} if package == "xgboost" else {"base": plain(np.ravel(path.expected_value))}),
            "values": plain(by_output(path.shap_values(asked, check_additivity=False))),
        }
        if name in ("forest, three classes", "gradient boosting, two classes"):
            case["trees"] = structure(path)
        cases.append(case)
        if name == "forest, a number":
            newer = base64.b64encode(as_version_5(file).SerializeToString()).decode()
            cases.append({**case, "name": f"{name}, version 5", "onnx": newer})
    return {
        "source": f"shap {version('shap')}, scikit-learn {version('scikit-learn')}, xgboost {version('xgboost')}, lightgbm {version('lightgbm')}",
        "training": plain(x),
        "background": plain(background),
        "cases": cases,
    }


def game(x):
    """A model that the tests write down too; beyond five features, three of them act together."""
    return np.sin(x[:, 0]) * x[:, 1] + x[:, 2] ** 2 * (x[:, 3] > 0) - np.exp(-x[:, 4] ** 2) + sum(
        (0.1 * j + 0.2 * x[:, 0] * x[:, j - 1]) * x[:, j] for j in range(5, x.shape[1])
    )


def kernel():
    rng = np.random.default_rng(3)
    cases = []
    for features in (5, 13):
        background = np.round(rng.normal(size=(6, features)), 2)
        rows = np.round(rng.normal(size=(2, features)), 2)
        explainer = shap.KernelExplainer(game, background)
        exact = explainer.shap_values(rows, nsamples=2**features, l1_reg=False, silent=True)
        cases.append(
            {
                "features": features,
                "background": plain(background),
                "rows": plain(rows),
                "base": float(explainer.expected_value),
                "values": plain(exact),
            }
        )
    return {"source": f"shap.KernelExplainer over all coalitions, shap {version('shap')}", "cases": cases}


class Line(RegressorMixin, BaseEstimator):
    def fit(self, x, y):
        self.fitted_ = True
        return self

    def predict(self, x):
        return 2 * x[:, 0] + np.sin(x[:, 1])


def permutation():
    rng = np.random.default_rng(5)
    n, repeats = 40, 4
    x = np.round(rng.normal(size=(n, 3)), 2)
    y = np.round(2 * x[:, 0] + np.sin(x[:, 1]) + 0.2 * rng.normal(size=n), 3)
    found = permutation_importance(Line(), x, y, scoring="neg_mean_squared_error", n_repeats=repeats, random_state=9)
    # The orders that it drew: each column begins from the same seed, and the shuffled column is shuffled again.
    seed = np.random.RandomState(9).randint(np.iinfo(np.int32).max + 1)
    orders = []
    for _ in range(3):
        state = np.random.RandomState(seed)
        shuffle, order, column = np.arange(n), np.arange(n), []
        for _ in range(repeats):
            state.shuffle(shuffle)
            order = order[shuffle]
            column.append(order.tolist())
        orders.append(column)
    return {
        "source": f"sklearn.inspection.permutation_importance, scikit-learn {version('scikit-learn')}",
        "rows": plain(x),
        "labels": plain(y),
        "orders": orders,
        "importances": plain(found.importances),
        "mean": plain(found.importances_mean),
        "std": plain(found.importances_std),
    }


def local():
    rng = np.random.default_rng(2)
    x = rng.integers(0, 4, size=(150, 5)).astype(float)
    model = lambda rows: 1.5 * (rows[:, 0] == 2) + 0.7 * (rows[:, 1] >= 2) * (rows[:, 0] == 2) - 0.4 * rows[:, 3] + 0.2 * rows[:, 2]
    explainer = LimeTabularExplainer(
        x, mode="regression", categorical_features=list(range(5)), feature_selection="none", random_state=1
    )
    row = x[4]
    runs = []
    for seed in range(8):
        explainer.random_state = np.random.RandomState(seed)
        found = explainer.explain_instance(row, model, num_features=5, num_samples=5000)
        values = np.zeros(5)
        for feature, value in found.as_map()[1]:
            values[feature] = value
        runs.append([*values, found.intercept[1], found.score])
    return {
        "source": f"lime_tabular.LimeTabularExplainer, mean and standard deviation of 8 seeds, lime {version('lime')}",
        "background": plain(x),
        "row": plain(row),
        "mean": plain(np.mean(runs, axis=0)),
        "std": plain(np.std(runs, axis=0, ddof=1)),
    }


def rankings():
    rng = np.random.default_rng(4)
    cases = []
    for n, digits in ((4, 3), (10, 1), (25, 2)):
        first, second = np.round(rng.exponential(size=n), digits), np.round(rng.exponential(size=n), digits)
        cases.append(
            {
                "first": plain(first),
                "second": plain(second),
                "ndcg": float(ndcg_score([first], [second])),
                "kendallTau": float(kendalltau(first, second).statistic),
            }
        )
    return {
        "source": f"sklearn.metrics.ndcg_score, scikit-learn {version('scikit-learn')}; scipy.stats.kendalltau, scipy {version('scipy')}",
        "cases": cases,
    }


document = {
    "trees": trees(),
    "kernel": kernel(),
    "permutation": permutation(),
    "lime": local(),
    "rankings": rankings(),
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(document) + "\n")
