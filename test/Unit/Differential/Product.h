//===- Product.h - a contraction as data ------------------------*- C++ -*-===//
//
// One linalg op that sums products, described by its loops: enough to write it
// down as a module and, apart from that, to compute what its quantized form
// gives. Which axes are batch, M, N and K follows from who has them.
//
//===----------------------------------------------------------------------===//

#ifndef MX_TEST_UNIT_DIFFERENTIAL_PRODUCT_H
#define MX_TEST_UNIT_DIFFERENTIAL_PRODUCT_H

#include "Data.h"

#include <optional>

namespace mlir::mx::test {

struct Loop {
  int64_t extent;
  bool isDynamic = false; ///< `?` in the types of what is no constant
};

/// One axis of an operand: it is indexed by the sum of loops times steps.
struct Term {
  unsigned loop;
  int64_t step = 1;
};
using Axis = SmallVector<Term, 2>;

struct Operand {
  SmallVector<Axis> axes;
  std::string element = "f32";
};

enum class Spelling { Named, WithMaps, Generic, Tosa };
enum class Source { Argument, MarkedArgument, Constant };

struct Product {
  std::string name; ///< of the op, without `linalg.`; `tosa.matmul`
  Spelling spelling = Spelling::Named;
  std::string attributes; ///< of a named op, as text
  SmallVector<Loop> loops;
  Operand operands[3];              ///< the two inputs and the accumulator
  Source sources[2] = {};           ///< of the inputs
  bool isTransposed = false;        ///< an op reverses the axes of the inputs
  unsigned weight = 1;              ///< the input that is the weight
  SmallVector<unsigned> k;          ///< the summed loops as blocks lie along
  std::string weights, activations; ///< presets with `mse`, or `none`

  /// True where the op adds to an accumulator that comes in; else to zero.
  bool hasAccumulator() const { return spelling != Spelling::Tosa; }
  /// Returns the extent of an axis: one more than its largest index.
  int64_t getExtent(const Axis &axis) const;
  SmallVector<int64_t> getShape(unsigned operand) const;
  bool has(unsigned operand, unsigned loop) const;
  /// Returns the loops that exactly the given operands have, in order.
  SmallVector<unsigned> getLoops(bool activation, bool weight,
                                 bool result) const;
};

/// The preset that `text`, such as `nvfp4:32 mse`, names; the library knows it.
::mx::Preset presetOf(StringRef text);

/// The numbers of a product's operands.
struct Inputs {
  std::vector<float> values[3];
};

/// Returns numbers for `product`, each exact in its operand's element type:
/// rows along K of every kind, and now and then a NaN or an infinity.
Inputs makeInputs(const Product &product, Generator &generator);

/// Returns the module whose @main computes the product.
std::string toText(const Product &product, const Inputs &inputs);

/// Returns the text of `mx-quantize` with the product's formats, `strict`.
std::string getPipeline(const Product &product);

/// Returns the arguments of @main.
SmallVector<Array> getArguments(const Product &product, const Inputs &inputs);

/// Returns what the library computes.
std::vector<float> computeWanted(const Product &product, const Inputs &inputs);

/// Returns offsets in `operand`, of every index of `loops`, the last fastest.
std::vector<int64_t> getOffsets(const Product &product, unsigned operand,
                                ArrayRef<unsigned> loops);

} // namespace mlir::mx::test

#endif // MX_TEST_UNIT_DIFFERENTIAL_PRODUCT_H
