"""
True and random labels of the digits
====================================

What the network of the theorem is worth on new points: it reproduces every label of its sample,
true or random, and is little better than chance on new images either way. The kernel fits both as
well, and generalizes on the true ones.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from experiments.kernels import Gaussian, MinimumNormInterpolator
from expressivity import classify

X, labels = load_digits(return_X_y=True)
X, X_test, y, y_test = train_test_split(X, labels, test_size=400, random_state=0, stratify=labels)
random_labels = np.random.default_rng(0).integers(0, 10, len(y))

bars = {}
for name, targets in (("true labels", y), ("random labels", random_labels)):
    net, kernel = classify(X, targets), MinimumNormInterpolator(Gaussian(1e-3)).fit(X, targets)
    for model, predict in (("2n + d network", net), ("kernel", kernel.predict)):
        bars[f"{model},\n{name}"] = [
            100 * np.mean(predict(points) == wanted)
            for points, wanted in ((X, targets), (X_test, y_test))
        ]
places = np.arange(len(bars))
plt.bar(places - 0.2, [fit for fit, _ in bars.values()], 0.4, label="sample")
plt.bar(places + 0.2, [test for _, test in bars.values()], 0.4, label="new images, true labels")
plt.axhline(10, color="0.6", ls=":")
plt.xticks(places, list(bars), fontsize=8)
plt.ylabel("right (%)")
plt.legend()
plt.show()
