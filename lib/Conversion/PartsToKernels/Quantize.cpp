//===- Quantize.cpp - quantize_parts by vectors ---------------------------===//
//
// As many blocks of a row at a time as a vector has lanes, a group:
//
//   largest magnitudes   a vector a block, then transposed: a lane a block
//   scales               by vectors; codes and what divides go to scratch
//   elements             block by block, under scales that are broadcast
//
// Groups that are not whole, and sources that are not plain f32, are first
// copied: converted, divided by the outer scale, and filled up with zeros.
//
//===----------------------------------------------------------------------===//

#include "../ScalarCodec.h"
#include "Expand.h"
#include "VectorCodec.h"
#include "VectorEncode.h"
#include "VectorPack.h"

#include "mx/Numerics/Codec.h"
#include "mx/Numerics/Packing.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::mx;
using ::mx::FormatSpec;
using ::mx::Scheme;

/// Elements that are packed at a time.
static constexpr int64_t kPiece = 32;
static constexpr int64_t kAlignment = 64;

namespace {

/// The expansion of one quantize_parts.
class VectorQuantizer {
public:
  VectorQuantizer(ScalarBuilder &b, QuantizePartsOp op)
      : b(b), op(op), target(op.getLoweringConfigAttr().getRow()),
        format(op.getFormatSpec()), quantizer(op.getQuantizer().getQuantizer()),
        divider(target, format.scale), lanes(lanesInBlock(target, format)),
        piece(std::min<int64_t>(kPiece, format.blockSize)),
        sides(format.scalesPerBlock()) {}
  void emit();

private:
  Value allocate(ArrayRef<int64_t> shape, Type element);
  void allocateScratch();
  void quantizeGroup(Value group);
  Value loadGroup(Value first);
  Value sourceFrom(Value first);
  void copyGroup(Value first, bool isWhole);
  SmallVector<Value> largestMagnitudes();
  Value largestBits(bool isUnsigned);
  void makeScales();
  void storeFactors(ArrayRef<Value> codes, Value finite);
  void quantizeBlock(Value inGroup, Value block);
  Value encode(Value x, ArrayRef<Value> factors);

  int64_t groupSize() const { return lanes * format.blockSize; }
  int64_t scaleBytes() const { return ::mx::scaleBytesPerBlock(format); }

  ScalarBuilder &b;
  QuantizePartsOp op;
  const ::mx::TargetRow &target;
  const FormatSpec format;
  const ::mx::Quantizer quantizer;
  const VectorDivider divider;
  const int64_t lanes; ///< of a vector, and blocks of a group
  const int64_t piece;
  const int64_t sides;
  /// Of a group: elements, bytes of scales, all ones or zeros for a block that
  /// is finite or not, and what divides, [factor and side, block].
  Value copy, scales, keep, factors;
  SmallVector<Value> row;
  Value k, x; ///< extent of the row; elements of the group
};

} // namespace

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

/// Memory of the function, or of the thread of a parallel loop.
Value VectorQuantizer::allocate(ArrayRef<int64_t> shape, Type element) {
  OpBuilder::InsertionGuard guard(b);
  Operation *scope =
      op->getParentWithTrait<OpTrait::AutomaticAllocationScope>();
  b.setInsertionPointToStart(&scope->getRegion(0).front());
  return b.make<memref::AllocaOp>(MemRefType::get(shape, element),
                                  b.getI64IntegerAttr(kAlignment));
}

void VectorQuantizer::allocateScratch() {
  copy = allocate(groupSize(), b.getF32Type());
  scales = allocate(lanes * scaleBytes(), b.getI8Type());
  keep = allocate(lanes, b.getI8Type());
  factors = allocate({divider.factorCount() * sides, lanes}, b.getF32Type());
}

/// Elements `first` to `first` + a group of the row, which are there.
Value VectorQuantizer::sourceFrom(Value first) {
  using Sizes = SmallVector<OpFoldResult>;
  auto type = cast<MemRefType>(op.getSource().getType());
  Sizes offsets(row.begin(), row.end());
  offsets.push_back(first);
  Sizes sizes(row.size(), b.getIndexAttr(1)),
      strides(type.getRank(), b.getIndexAttr(1));
  sizes.push_back(b.getIndexAttr(groupSize()));
  auto flat = memref::SubViewOp::inferRankReducedResultType(
      groupSize(), type, offsets, sizes, strides);
  return b.make<memref::SubViewOp>(cast<MemRefType>(flat), op.getSource(),
                                   offsets, sizes, strides);
}

/// Elements as f32, without the outer scale; past the end zeros.
void VectorQuantizer::copyGroup(Value first, bool isWhole) {
  Value source = op.getSource();
  Type element = cast<MemRefType>(source.getType()).getElementType();
  auto type = VectorType::get(lanes, element);
  Value zeros = b.make<arith::ConstantOp>(b.getZeroAttr(type)), outer;
  if (op.getOuter())
    outer = splat(b, loadOuter(b, format, op.getOuter(), row), lanes);
  b.nest(b.index(format.blockSize), [&](ValueRange i) {
    Value to = b.mul(i[0], b.index(lanes)), from = b.add(first, to);
    SmallVector<Value> at(row);
    at.push_back(from);
    Value vector;
    if (isWhole) {
      vector = loadVector(b, source, at, lanes, element);
    } else {
      Value left = b.make<arith::MaxSIOp>(b.sub(k, from), b.index(0));
      Value mask = b.make<vector::CreateMaskOp>(
          VectorType::get(lanes, b.getI1Type()), left);
      vector = b.make<vector::MaskedLoadOp>(type, source, at, mask, zeros);
    }
    vector = extendToF32(b, vector);
    storeVector(b, outer ? b.divide(vector, outer) : vector, copy, to);
  });
}

/// The elements of the group that begins at `first`.
Value VectorQuantizer::loadGroup(Value first) {
  auto source = cast<MemRefType>(op.getSource().getType());
  bool isPlain = source.getElementType().isF32() && !op.getOuter();
  Value end = b.add(first, b.index(groupSize()));
  auto type = MemRefType::get(
      groupSize(), b.getF32Type(),
      StridedLayoutAttr::get(b.getContext(), ShapedType::kDynamic, 1));
  auto asView = [&](Value memref) {
    return SmallVector<Value>{b.make<memref::CastOp>(type, memref)};
  };
  return b.conditional(
      type, b.lessEqual(end, k),
      [&] {
        if (isPlain)
          return asView(sourceFrom(first));
        copyGroup(first, /*isWhole=*/true);
        return asView(copy);
      },
      [&] {
        copyGroup(first, /*isWhole=*/false);
        return asView(copy);
      })[0];
}

//===----------------------------------------------------------------------===//
// Scales
//===----------------------------------------------------------------------===//

static Value maxOf(ScalarBuilder &b, Value first, Value second,
                   bool isUnsigned) {
  if (isUnsigned)
    return b.make<arith::MaxUIOp>(first, second);
  return b.make<arith::MaxSIOp>(first, second);
}

/// Halves the lanes that are left to compare: with runs of `run` lanes of
/// different blocks, a's and b's blocks side by side. Shorter runs stay within
/// the 128 bits that cheap shuffles reach.
///
///    a0 a1 a2 a3, b0 b1 b2 b3  ->  max(a0, a2) max(b0, b2) max(a1, a3) ..
static Value halve(ScalarBuilder &b, Value first, Value second, int64_t run,
                   bool isUnsigned) {
  int64_t lanes = cast<VectorType>(first.getType()).getDimSize(0);
  int64_t chunk = run < 4 ? std::min<int64_t>(lanes, 4) : lanes;
  SmallVector<int64_t> low, high;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    int64_t inChunk = lane % chunk, pair = inChunk / (2 * run);
    bool isSecond = inChunk / run % 2 == 1;
    low.push_back(lane - inChunk + pair * run + lane % run +
                  (isSecond ? lanes : 0));
    high.push_back(low.back() + chunk / 2);
  }
  return maxOf(b, b.make<vector::ShuffleOp>(first, second, low),
               b.make<vector::ShuffleOp>(first, second, high), isUnsigned);
}

/// The maxima of the bits of each block's elements, a lane a block, as signed
/// integers (in a symmetric format without sign) or as unsigned ones.
Value VectorQuantizer::largestBits(bool isUnsigned) {
  Value magnitudes = splatI32(b, std::numeric_limits<int32_t>::max(), lanes);
  SmallVector<Value> blocks;
  for (int64_t block = 0; block < lanes; ++block) {
    Value largest;
    for (int64_t i = 0; i < format.blockSize; i += lanes) {
      Value at = b.index(block * format.blockSize + i);
      Value bits = vectorBits(b, loadVector(b, x, at, lanes, b.getF32Type()));
      if (format.scheme == Scheme::Symmetric)
        bits = b.bitAnd(bits, magnitudes);
      largest = largest ? maxOf(b, largest, bits, isUnsigned) : bits;
    }
    blocks.push_back(largest);
  }
  for (int64_t run = 1; blocks.size() > 1; run *= 2) {
    for (size_t i = 0; i < blocks.size() / 2; ++i)
      blocks[i] = halve(b, blocks[2 * i], blocks[2 * i + 1], run, isUnsigned);
    blocks.resize(blocks.size() / 2);
  }
  return blocks[0];
}

/// Bits of the largest magnitudes of each side, or of all elements. Positive
/// floats are the largest signed integers, negative ones the largest unsigned.
SmallVector<Value> VectorQuantizer::largestMagnitudes() {
  Value largest = largestBits(/*isUnsigned=*/false);
  if (format.scheme == Scheme::Symmetric)
    return {largest};
  Value zero = splatI32(b, 0, lanes);
  Value smallest = largestBits(/*isUnsigned=*/true);
  Value magnitude = b.bitAnd(
      smallest, splatI32(b, std::numeric_limits<int32_t>::max(), lanes));
  return {b.make<arith::MaxSIOp>(largest, zero),
          b.select(b.less(smallest, zero), magnitude, zero)};
}

/// Writes what the blocks of the group need to scratch. A side without elements
/// copies the other one's scale.
void VectorQuantizer::makeScales() {
  SmallVector<Value> largest = largestMagnitudes(), codes;
  Value infinity = splatI32(b, 0x7F800000, lanes), zero = splatI32(b, 0, lanes);
  Value finite = b.less(largest[0], infinity);
  if (sides == 2)
    finite = b.bitAnd(finite, b.less(largest[1], infinity));
  for (Value &bits : largest) {
    bits = b.select(finite, bits, zero);
    codes.push_back(
        encodeScales(b, target, format, quantizer, floatsOf(b, bits)));
  }
  if (sides == 2) {
    Value positive = codes[0], negative = codes[1];
    codes[0] = b.select(b.less(zero, largest[0]), positive, negative);
    codes[1] = b.select(b.less(zero, largest[1]), negative, positive);
  }
  storeFactors(codes, finite);
}

void VectorQuantizer::storeFactors(ArrayRef<Value> codes, Value finite) {
  Value nan = splatI32(b, ::mx::spec(format.scale).nan, lanes), packed;
  for (int64_t side = 0; side < sides; ++side) {
    Value values = decodeScales(b, format.scale, codes[side]);
    for (auto [i, factor] : llvm::enumerate(divider.factorsOf(b, values)))
      storeVector(b, factor, factors, {b.index(i * sides + side), b.index(0)});
    Value code = b.select(finite, codes[side], nan);
    int64_t bits = 8 * ::mx::spec(format.scale).bytes;
    packed = side == 0 ? code
                       : b.bitOr(packed, b.shl(code, splatI32(b, bits, lanes)));
  }
  // The bytes of a block are an integer, positive first.
  auto words = VectorType::get(lanes, b.getIntegerType(8 * scaleBytes()));
  if (scaleBytes() < 4)
    packed = b.make<arith::TruncIOp>(words, packed);
  auto bytes = VectorType::get(lanes * scaleBytes(), b.getI8Type());
  storeVector(b, b.make<vector::BitCastOp>(bytes, packed), scales, b.index(0));
  Value ones =
      b.make<arith::ExtSIOp>(VectorType::get(lanes, b.getI8Type()), finite);
  storeVector(b, ones, keep, b.index(0));
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

/// The codes of `x` in the low byte of i32. `all` is [factor, side].
Value VectorQuantizer::encode(Value x, ArrayRef<Value> all) {
  Value bits = vectorBits(b, x);
  Value isNegative = b.less(bits, splatI32(b, 0, lanes));
  SmallVector<Value> own;
  for (int i = 0; i < divider.factorCount(); ++i)
    own.push_back(
        sides == 1 ? all[i] : b.select(isNegative, all[2 * i + 1], all[2 * i]));
  Value magnitude = floatsOf(
      b,
      b.bitAnd(bits, splatI32(b, std::numeric_limits<int32_t>::max(), lanes)));
  Value code =
      encodeElements(b, format, quantizer.rounding,
                     divider.divide(b, magnitude, own), divider.hasFma);
  const ::mx::ElementSpec &element = ::mx::spec(format.element);
  if (element.exponentBits == 0)
    return b.select(isNegative, b.sub(splatI32(b, 0, lanes), code), code);
  Value sign = b.bitAnd(b.shr(bits, splatI32(b, 32 - element.bits, lanes)),
                        splatI32(b, 1 << (element.bits - 1), lanes));
  return b.bitOr(code, sign);
}

/// Quantizes the block that is `inGroup` of its group and `block` of its row.
void VectorQuantizer::quantizeBlock(Value inGroup, Value block) {
  SmallVector<Value> all;
  for (int64_t i = 0; i < divider.factorCount() * sides; ++i)
    all.push_back(splat(b, b.load(factors, {b.index(i), inGroup}), lanes));
  int64_t bytes = piece * ::mx::spec(format.element).bits / 8;
  int64_t pieces = format.blockSize / piece;
  Value mask = splat(b, b.load(keep, inGroup), bytes);
  b.nest(b.index(pieces), [&](ValueRange i) {
    Value first = b.add(b.mul(inGroup, b.index(format.blockSize)),
                        b.mul(i[0], b.index(piece)));
    SmallVector<Value> codes;
    for (int64_t v = 0; v < piece; v += lanes)
      codes.push_back(encode(
          loadVector(b, x, b.add(first, b.index(v)), lanes, b.getF32Type()),
          all));
    SmallVector<Value> at(row);
    at.push_back(
        b.mul(b.add(b.mul(block, b.index(pieces)), i[0]), b.index(bytes)));
    storeVector(b, b.bitAnd(packCodes(b, format, codes), mask), op.getCodes(),
                at);
  });
  Value from = b.mul(inGroup, b.index(scaleBytes()));
  SmallVector<Value> at(row);
  at.append({block, b.index(0)});
  storeVector(b, loadVector(b, scales, from, scaleBytes(), b.getI8Type()),
              op.getScales(), at);
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

void VectorQuantizer::quantizeGroup(Value group) {
  Value blocks = blocksOf(b, k, format.blockSize);
  Value first = b.mul(group, b.index(lanes));
  x = loadGroup(b.mul(first, b.index(format.blockSize)));
  makeScales();
  Value count = b.min(b.sub(blocks, first), b.index(lanes));
  b.nest(count, [&](ValueRange i) { quantizeBlock(i[0], b.add(first, i[0])); });
}

void VectorQuantizer::emit() {
  allocateScratch();
  SmallVector<Value> extents;
  int64_t last = cast<MemRefType>(op.getSource().getType()).getRank() - 1;
  for (int64_t axis = 0; axis < last; ++axis)
    extents.push_back(b.dim(op.getSource(), axis));
  k = b.dim(op.getSource(), last);
  extents.push_back(blocksOf(b, k, groupSize()));
  b.nest(extents, [&](ValueRange at) {
    row = llvm::to_vector(at.drop_back());
    quantizeGroup(at.back());
  });
}

void mlir::mx::vectorizeQuantize(ScalarBuilder &b, QuantizePartsOp op) {
  VectorQuantizer(b, op).emit();
}
