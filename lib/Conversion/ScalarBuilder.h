//===- ScalarBuilder.h - short names for scalar arithmetic ------*- C++ -*-===//
//
// What the expansions of ops on parts are written in: arith on scalars (some of
// it on vectors too), loops that carry values, and constant tables as module
// globals.
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_CONVERSION_SCALARBUILDER_H
#define MX_LIB_CONVERSION_SCALARBUILDER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::mx {

class ScalarBuilder : public ImplicitLocOpBuilder {
public:
  using ImplicitLocOpBuilder::ImplicitLocOpBuilder;

  /// Creates an op of one result and returns that.
  template <typename Op, typename... Args> Value make(Args &&...args) {
    return Op::create(*this, std::forward<Args>(args)...);
  }

  Value index(int64_t value);
  Value f32(float value);
  Value f64(double value);
  Value i32(int64_t value);
  /// An integer constant of `type`.
  Value integer(Type type, int64_t value);

  Value add(Value a, Value b); ///< also index
  Value sub(Value a, Value b);
  Value mul(Value a, Value b);
  Value bitAnd(Value a, Value b) { return make<arith::AndIOp>(a, b); }
  Value bitOr(Value a, Value b) { return make<arith::OrIOp>(a, b); }
  Value shl(Value a, Value b) { return make<arith::ShLIOp>(a, b); }
  Value shr(Value a, Value b) { return make<arith::ShRUIOp>(a, b); }
  Value divide(Value a, Value b) { return make<arith::DivFOp>(a, b); }
  Value select(Value condition, Value a, Value b) {
    return make<arith::SelectOp>(condition, a, b);
  }
  Value less(Value a, Value b);      ///< signed or ordered
  Value lessEqual(Value a, Value b); ///< signed or ordered
  Value equal(Value a, Value b);     ///< integers, or ordered floats
  Value isNan(Value a) {
    return make<arith::CmpFOp>(arith::CmpFPredicate::UNO, a, a);
  }
  Value min(Value a, Value b) { return select(less(a, b), a, b); }
  Value max(Value a, Value b) { return select(less(a, b), b, a); }

  /// The bits of a float as an integer of its width, and back.
  Value bitsOf(Value value);
  Value floatOf(Value bits);
  /// |value|, by clearing the sign bit.
  Value magnitude(Value value);

  /// Extends a float to f32.
  Value toF32(Value value);

  /// for (iv = lower; iv < upper; ++iv) carried = body(iv, carried).
  using LoopBody = function_ref<SmallVector<Value>(Value, ValueRange)>;
  SmallVector<Value> loop(Value lower, Value upper, ValueRange carried,
                          LoopBody body);

  /// The same without carried values, over all of `extents`.
  void nest(ArrayRef<Value> extents, function_ref<void(ValueRange)> body);

  /// if (condition) then() else otherwise(), both giving values of `types`.
  using Branch = function_ref<SmallVector<Value>()>;
  SmallVector<Value> conditional(TypeRange types, Value condition, Branch then,
                                 Branch otherwise);

  Value load(Value memref, ValueRange indices);
  void store(Value value, Value memref, ValueRange indices);
  Value dim(Value memref, int64_t axis);

  /// Returns a constant table, stored once a module under `name`, which must
  /// determine `values`.
  Value table(StringRef name, DenseElementsAttr values);

  /// Returns element `i` of that.
  Value tableEntry(StringRef name, DenseElementsAttr values, Value i);
};

/// Calls an LLVM intrinsic of one result.
Value callIntrinsic(ScalarBuilder &b, StringRef name, Type type,
                    ValueRange operands);

} // namespace mlir::mx

#endif // MX_LIB_CONVERSION_SCALARBUILDER_H
