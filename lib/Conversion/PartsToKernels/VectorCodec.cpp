//===- VectorCodec.cpp - codes and scales as vector IR --------------------===//

#include "VectorCodec.h"

#include "../ScalarCodec.h"

#include "mx/Numerics/Codec.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/APFloat.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mx;
using ::mx::FormatSpec;
using ::mx::Scheme;
using ::mx::TargetRow;

int mlir::mx::bitsOfElement(const FormatSpec &format) {
  return ::mx::spec(format.element).bits;
}

Value mlir::mx::splat(ScalarBuilder &b, Value value, int64_t lanes) {
  return b.make<vector::BroadcastOp>(VectorType::get(lanes, value.getType()),
                                     value);
}

int64_t mlir::mx::lanesOf(Value vector) {
  return cast<VectorType>(vector.getType()).getDimSize(0);
}

Value mlir::mx::constantVector(ScalarBuilder &b, ArrayRef<int32_t> values) {
  auto type = VectorType::get(values.size(), b.getI32Type());
  return b.make<arith::ConstantOp>(DenseElementsAttr::get(type, values));
}

Value mlir::mx::splatI32(ScalarBuilder &b, int64_t value, int64_t lanes) {
  return constantVector(b, SmallVector<int32_t>(lanes, value));
}

Value mlir::mx::loadVector(ScalarBuilder &b, Value memref, ValueRange indices,
                           int64_t lanes, Type element) {
  return b.make<vector::LoadOp>(VectorType::get(lanes, element), memref,
                                indices);
}

void mlir::mx::storeVector(ScalarBuilder &b, Value vector, Value memref,
                           ValueRange indices) {
  vector::StoreOp::create(b, vector, memref, indices);
}

static Type withElement(Type type, Type element) {
  if (auto vector = dyn_cast<VectorType>(type))
    return vector.clone(element);
  return element;
}

Value mlir::mx::extendToF32(ScalarBuilder &b, Value value) {
  if (getElementTypeOrSelf(value).isF32())
    return value;
  return b.make<arith::ExtFOp>(withElement(value.getType(), b.getF32Type()),
                               value);
}

Value mlir::mx::roundFromF32(ScalarBuilder &b, Value value, Type element) {
  if (element.isF32())
    return value;
  return b.make<arith::TruncFOp>(withElement(value.getType(), element), value);
}

Value mlir::mx::vectorBits(ScalarBuilder &b, Value value) {
  return b.make<arith::BitcastOp>(
      VectorType::get(lanesOf(value), b.getI32Type()), value);
}

int64_t mlir::mx::lanesInBlock(const TargetRow &row, const FormatSpec &format) {
  return std::min<int64_t>(row.lanes(), format.blockSize);
}

//===----------------------------------------------------------------------===//
// Elements by table
//===----------------------------------------------------------------------===//

Value mlir::mx::elementVector(ScalarBuilder &b, const FormatSpec &format,
                              int first, int count) {
  SmallVector<float> values;
  for (int i = 0; i < count; ++i)
    values.push_back(::mx::decodeElement(format, first + i));
  auto type = VectorType::get(count, b.getF32Type());
  return b.make<arith::ConstantOp>(
      DenseElementsAttr::get(type, ArrayRef(values)));
}

Value mlir::mx::hasHighestBit(ScalarBuilder &b, const TargetRow &target,
                              const FormatSpec &format, Value codes) {
  int64_t lanes = lanesOf(codes);
  int bits = bitsOfElement(format);
  // AVX-512 tests a bit into a mask, others have it where blends look.
  if (target.vectorBits >= 512) {
    Value bit = b.bitAnd(codes, splatI32(b, int64_t(1) << (bits - 1), lanes));
    return b.make<arith::CmpIOp>(arith::CmpIPredicate::ne, bit,
                                 splatI32(b, 0, lanes));
  }
  Value top = b.shl(codes, splatI32(b, 32 - bits, lanes));
  return b.less(top, splatI32(b, 0, lanes));
}

//===----------------------------------------------------------------------===//
// Elements by arithmetic
//===----------------------------------------------------------------------===//

namespace {
/// An element as a half float of the same fields: `value = half * factor`, but
/// for the codes of NaN.
struct HalfForm {
  int shift; ///< of the code without sign
  float factor;
  std::optional<unsigned> nan; ///< code without sign
};
} // namespace

/// Returns the form that gives the library's value for every code, none where
/// that is no half float.
static std::optional<HalfForm> halfForm(const FormatSpec &format) {
  const ::mx::ElementSpec &element = ::mx::spec(format.element);
  if (element.exponentBits == 0 || element.exponentBits > 5)
    return std::nullopt;
  HalfForm form{10 - element.fractionBits, std::ldexp(1.0f, 15 - element.bias),
                std::nullopt};
  for (unsigned code = 0; code < 1u << (element.bits - 1); ++code) {
    float value = ::mx::decodeElement(format, code);
    llvm::APFloat half(llvm::APFloat::IEEEhalf(),
                       llvm::APInt(16, code << form.shift));
    double found = half.convertToDouble() * form.factor;
    if (std::isnan(value) ? std::isnan(found) : value == found)
      continue;
    if (!std::isnan(value) || form.nan)
      return std::nullopt;
    form.nan = code;
  }
  return form;
}

/// `codes` without garbage above.
static Value fromHalf(ScalarBuilder &b, const FormatSpec &format,
                      const HalfForm &form, Value codes) {
  int64_t lanes = lanesOf(codes);
  int bits = bitsOfElement(format);
  auto constant = [&](int64_t value) { return splatI32(b, value, lanes); };
  Value magnitude = b.bitAnd(codes, constant((1 << (bits - 1)) - 1));
  Value sign =
      b.shl(b.bitAnd(codes, constant(1 << (bits - 1))), constant(16 - bits));
  Value half = b.bitOr(b.shl(magnitude, constant(form.shift)), sign);
  half = b.make<arith::TruncIOp>(VectorType::get(lanes, b.getI16Type()), half);
  half = b.make<arith::BitcastOp>(VectorType::get(lanes, b.getF16Type()), half);
  Value value =
      b.mul(extendToF32(b, half), splat(b, b.f32(form.factor), lanes));
  if (!form.nan)
    return value;
  Value isNan = b.equal(magnitude, constant(*form.nan));
  return b.select(
      isNan, splat(b, b.f32(std::numeric_limits<float>::quiet_NaN()), lanes),
      value);
}

/// True where the codes are two's complement in units of one power of two.
static bool isTwosComplement(const FormatSpec &format) {
  int bits = bitsOfElement(format);
  for (int code = 0; code < 1 << bits; ++code)
    if (::mx::elementUnits(format, code) !=
        (code < 1 << (bits - 1) ? code : code - (1 << bits)))
      return false;
  return ::mx::spec(format.element).exponentBits == 0;
}

static Value fromInteger(ScalarBuilder &b, const FormatSpec &format,
                         Value codes) {
  int64_t lanes = lanesOf(codes);
  Value shift = splatI32(b, 32 - bitsOfElement(format), lanes);
  Value level = b.make<arith::ShRSIOp>(b.shl(codes, shift), shift);
  Value value =
      b.make<arith::SIToFPOp>(VectorType::get(lanes, b.getF32Type()), level);
  float unit = std::ldexp(1.0f, ::mx::elementUnitExponent(format));
  return b.mul(value, splat(b, b.f32(unit), lanes));
}

Value mlir::mx::lookUp(ScalarBuilder &b, const TargetRow &target,
                       const FormatSpec &format, Value codes) {
  int64_t lanes = lanesOf(codes);
  int bits = bitsOfElement(format);
  auto type = VectorType::get(lanes, b.getF32Type());
  if (bits == 4 && lanes == 16 && target.vectorBits >= 512)
    return callIntrinsic(b, "llvm.x86.avx512.permvar.sf.512", type,
                         {elementVector(b, format, 0, 16), codes});
  if (bits == 4 && lanes == 8 && target.vectorBits >= 256) {
    auto half = [&](int first) {
      return callIntrinsic(b, "llvm.x86.avx2.permps", type,
                           {elementVector(b, format, first, 8), codes});
    };
    return b.select(hasHighestBit(b, target, format, codes), half(8), half(0));
  }
  Value inTable = b.bitAnd(codes, splatI32(b, (1 << bits) - 1, lanes));
  if (isTwosComplement(format))
    return fromInteger(b, format, codes);
  std::optional<HalfForm> form = halfForm(format);
  if (form && StringRef(target.features).contains("+f16c"))
    return fromHalf(b, format, *form, inTable);
  Value all = splat(b, b.integer(b.getI1Type(), 1), lanes);
  Value none = splat(b, b.f32(0), lanes);
  return b.make<vector::GatherOp>(type, elementTable(b, format),
                                  ValueRange{b.index(0)}, inTable, all, none);
}

/// True where the codes with the highest bit are minus the others.
static bool isSignMagnitude(const FormatSpec &format) {
  int half = 1 << (bitsOfElement(format) - 1);
  for (int code = 0; code < half; ++code)
    if (::mx::decodeElement(format, code + half) !=
        -::mx::decodeElement(format, code))
      return false;
  return true;
}

/// 8 lanes: one vpermps gives the magnitude, the sign goes to the scale.
static Value decodeMagnitude(ScalarBuilder &b, const TargetRow &target,
                             const FormatSpec &format, Value codes,
                             Value positive, Value negative) {
  Value magnitude = callIntrinsic(b, "llvm.x86.avx2.permps", positive.getType(),
                                  {elementVector(b, format, 0, 8), codes});
  Value minus = b.make<arith::NegFOp>(negative);
  return b.mul(magnitude, b.select(hasHighestBit(b, target, format, codes),
                                   minus, positive));
}

Value mlir::mx::decodeVector(ScalarBuilder &b, const TargetRow &target,
                             const FormatSpec &format, Value codes,
                             ArrayRef<Value> scales) {
  bool isAffine = format.scheme == Scheme::Affine;
  if (bitsOfElement(format) == 4 && lanesOf(codes) == 8 && !isAffine &&
      target.vectorBits >= 256 && isSignMagnitude(format))
    return decodeMagnitude(b, target, format, codes, scales[0], scales.back());
  Value value = lookUp(b, target, format, codes);
  if (format.scheme == Scheme::Symmetric)
    return b.mul(value, scales[0]);
  // step * code is exact, so that the sum is the only rounding.
  if (format.scheme == Scheme::Affine)
    return b.add(scales[1], b.mul(value, scales[0]));
  Value negative = hasHighestBit(b, target, format, codes);
  return b.mul(value, b.select(negative, scales[1], scales[0]));
}

/// A NaN in one of the vectors `scales` goes into the other.
static void spreadNan(ScalarBuilder &b, SmallVector<Value> &scales) {
  if (scales.size() != 2)
    return;
  Value first = scales[0], second = scales[1];
  scales[0] = b.select(b.isNan(second), second, first);
  scales[1] = b.select(b.isNan(first), first, second);
}

//===----------------------------------------------------------------------===//
// Rows: lanes along k
//===----------------------------------------------------------------------===//

/// `lanes` codes, as i32, from the bytes that hold them.
static Value unpackRow(ScalarBuilder &b, const FormatSpec &format, Value bytes,
                       int64_t lanes) {
  int bits = bitsOfElement(format);
  int64_t count = lanesOf(bytes);
  auto type = VectorType::get(lanes, b.getI32Type());
  SmallVector<int64_t> low, high;
  SmallVector<int32_t> shifts, upward;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    low.push_back(bits * lane / 8);
    high.push_back(std::min(low.back() + 1, count - 1));
    shifts.push_back(bits * lane % 8);
    upward.push_back(8 - shifts.back());
  }
  auto pick = [&](ArrayRef<int64_t> which) {
    Value picked = b.make<vector::ShuffleOp>(bytes, bytes, which);
    return b.make<arith::ExtUIOp>(type, picked);
  };
  Value codes = b.shr(pick(low), constantVector(b, shifts));
  if (8 % bits != 0)
    codes = b.bitOr(codes, b.shl(pick(high), constantVector(b, upward)));
  return b.bitAnd(codes, splatI32(b, (1 << bits) - 1, lanes));
}

void mlir::mx::decodeRow(ScalarBuilder &b, const TargetRow &target,
                         const FormatSpec &format, Value codes, Value scales,
                         ValueRange row, Value k, Value panel, Value panelRow) {
  int64_t lanes = lanesInBlock(target, format);
  int64_t bytes = lanes * bitsOfElement(format) / 8;
  int64_t vectors = format.blockSize / lanes;
  Value blocks = blocksOf(b, k, format.blockSize);
  b.loop(b.index(0), blocks, {}, [&](Value block, ValueRange) {
    SmallVector<Value> ofBlock;
    for (Value scale : loadScales(b, format, scales, row, block))
      ofBlock.push_back(splat(b, scale, lanes));
    spreadNan(b, ofBlock);
    for (int64_t i = 0; i < vectors; ++i) {
      Value at = b.add(b.mul(block, b.index(vectors)), b.index(i));
      SmallVector<Value> source(row);
      source.push_back(b.mul(at, b.index(bytes)));
      Value packed = loadVector(b, codes, source, bytes, b.getI8Type());
      Value x = decodeVector(b, target, format,
                             unpackRow(b, format, packed, lanes), ofBlock);
      storeVector(b, x, panel, {panelRow, b.mul(at, b.index(lanes))});
    }
    return SmallVector<Value>();
  });
}
