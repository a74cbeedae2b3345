//===- ConstantView.h - float constants behind layout ops -------*- C++ -*-===//
//
// Weights of real models stand behind ops that only move or convert them: a
// transpose, a reshape, a cast, an extension from bf16. `ConstantView` reads a
// constant through a chain of them in place, as if the chain had been run,
// without a copy of the whole.
//
//===----------------------------------------------------------------------===//

#ifndef MX_DIALECT_MX_EXTENSIONS_CONSTANTVIEW_H
#define MX_DIALECT_MX_EXTENSIONS_CONSTANTVIEW_H

#include "mx/Dialect/MX/Extensions/LayoutChain.h"

#include <optional>
#include <string>
#include <vector>

namespace mlir::mx {

/// Returns why the bytes of `constant` cannot be read (a resource that is
/// missing, elided or of the wrong size), empty where they can.
std::string missingBytes(ElementsAttr constant);

/// A float constant seen through a chain. The offset of an element, in base
/// elements, is the sum of index * stride over the digits of all axes. An axis
/// has more than one digit where a reshape has merged axes that do not lie one
/// after the other; the first digit is the outermost.
class ConstantView {
public:
  struct Digit {
    int64_t extent, stride;
    bool operator==(const Digit &o) const {
      return extent == o.extent && stride == o.stride;
    }
  };
  using Axis = SmallVector<Digit, 2>;
  enum class Float : uint8_t { F32, F16, BF16 };

  /// Returns the value at the end of `chain`, nothing where it cannot be
  /// expressed: `why` then says what was found. `missingBytes` must be empty.
  static std::optional<ConstantView> get(const LayoutChain &chain,
                                         std::string &why);

  /// Extents as the chain computes them; also where types are dynamic.
  SmallVector<int64_t> getShape() const;
  ArrayRef<Axis> getAxes() const { return axes; }

  /// Returns the number of elements of the base; a splat has one.
  int64_t getBaseSize() const;

  /// Returns the base if its elements are aligned f32 that nothing rounds, null
  /// otherwise.
  const float *getBaseAsF32() const;

  /// Loads `count` elements, element i from base element
  /// `offset + offsets[i]` (`offset + i` where there are none), converted as
  /// the chain does.
  void load(int64_t offset, const int64_t *offsets, int64_t count,
            float *out) const;

  /// Equal views have equal values. They are told by the constant, which
  /// outlives its bytes.
  bool operator==(const ConstantView &other) const {
    return constant == other.constant && axes == other.axes &&
           roundings == other.roundings;
  }

private:
  LogicalResult apply(Operation *op, std::string &why);

  ElementsAttr constant;
  ArrayRef<char> bytes;
  Float element = Float::F32;
  SmallVector<Axis> axes;
  /// Roundings of the chain, in order; extensions are exact.
  SmallVector<Float, 2> roundings;
};

/// Returns the offsets, from the first, of all elements of `axes` in row-major
/// order.
std::vector<int64_t> offsetsOf(ArrayRef<ConstantView::Axis> axes);

} // namespace mlir::mx

#endif // MX_DIALECT_MX_EXTENSIONS_CONSTANTVIEW_H
