// The form that all other constructions share, and how they are counted: those of
// `expressivity/memorizers/layer.py` and `shape.py`. A repeated direction is stored once.
"use strict";

const Layers = (() => {
  // A layer h -> activation(M h + c): directions are rows [[column, weight], ...] of M, unit u has
  // directions[unit[u]]; bias[u] is null where a unit has none.
  function layer(directions, bias, { unit = directions.map((_, k) => k), activation = "relu" } = {}) {
    return { directions, bias, unit, activation };
  }

  const dense = (row) => row.map((weight, column) => [column, weight]);

  function times(row, by) {
    return row.map(([column, weight]) => [column, by * weight]);
  }

  // The counts of a network of layers.
  function size(layers) {
    return total(layers.map(({ directions, bias, unit }) => shape(
      ...directions.map((row, k) => {
        const of = unit.map((_, u) => u).filter((u) => unit[u] === k);
        return [row.length, of.length, of.filter((u) => bias[u] !== null).length];
      }))));
  }

  // What one layer stores, from (entries, units, biases) of each of its directions.
  function shape(...directions) {
    const sum = (of) => directions.reduce((all, direction) => all + of(direction), 0);
    return {
      units: sum(([, units]) => units),
      weights: sum(([entries, , biases]) => entries + biases),
      nonzero: sum(([entries, units, biases]) => entries * units + biases),
    };
  }

  function total(shapes) {
    const sum = (name) => shapes.reduce((all, one) => all + one[name], 0);
    return {
      weights: sum("weights"),
      nonzero: sum("nonzero"),
      hidden: sum("units") - shapes[shapes.length - 1].units,
      depth: shapes.length,
    };
  }

  return { layer, dense, times, size, shape, total };
})();
