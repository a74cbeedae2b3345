//===- Quantize.cpp - quantize_parts by vectors ---------------------------===//
//
// As many blocks of a row as a vector has lanes are a group. Of some groups, a
// chunk, first all scales are made:
//
//   largest magnitudes   a vector a block, then transposed: a lane a block
//   scales               by vectors; codes and what divides go to scratch
//
// and then all elements, block by block, under scales that are broadcast: the
// processor works at the scales of several groups at a time, each of which is
// a long chain. Groups that are not whole, and sources that are not plain f32,
// are first copied: converted, divided by the outer scale, and filled up with
// zeros.
//
//===----------------------------------------------------------------------===//

#include "../ScalarCodec.h"
#include "Expand.h"
#include "Extremes.h"
#include "Kernel.h"
#include "Threads.h"
#include "VectorCodec.h"
#include "VectorEncode.h"
#include "VectorPack.h"

#include "mx/Numerics/Codec.h"
#include "mx/Numerics/Packing.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::mx;
using ::mx::FormatSpec;

/// Elements that are packed at a time.
static constexpr int64_t kPiece = 32;
/// Elements of a chunk: half of a small first-level cache.
static constexpr int64_t kChunk = 4096;
static constexpr int64_t kAlignment = 64;

namespace {

/// The expansion of one quantize_parts.
class VectorQuantizer {
public:
  VectorQuantizer(ScalarBuilder &b, QuantizePartsOp op)
      : b(b), op(op), target(op.getLoweringConfigAttr().getRow()),
        format(op.getFormatSpec()), quantizer(op.getQuantizer().getQuantizer()),
        divider(target, format, quantizer.rounding),
        isPlain(getElementTypeOrSelf(op.getSource()).isF32() && !op.getOuter()),
        lanes(lanesInBlock(target, format)),
        groups(std::max<int64_t>(kChunk / groupSize(), 1)),
        piece(std::min<int64_t>(kPiece, format.blockSize)),
        sides(format.scalesPerBlock()), heap(b) {}
  void emit(Value begin, Value end, ArrayRef<Value> extents);

private:
  Value allocate(ArrayRef<int64_t> shape, Type element);
  void allocateScratch();
  void quantizeChunk(Value chunk);
  void quantizeGroup(Value group, Value first);
  Value copyOf(Value group);
  Value sourceFrom(Value first);
  Value loadEach(ValueRange at, Value to, Value inGroup);
  void copyBy(Value first, Value to, bool isWhole,
              function_ref<Value(Value)> divide);
  void copyGroup(Value first, Value to, bool isWhole);
  Value elementsOf(Value group, Value first, bool isNew);
  void makeScales(Value group);
  void storeFactors(ArrayRef<Value> codes, Value finite, Value block);
  void quantizeBlock(Value inGroup, Value inChunk, Value block);
  Value encode(Value x, ArrayRef<Value> factors);

  int64_t groupSize() const { return lanes * format.blockSize; }
  int64_t scaleBytes() const { return ::mx::scaleBytesPerBlock(format); }

  ScalarBuilder &b;
  QuantizePartsOp op;
  const ::mx::TargetRow &target;
  const FormatSpec format;
  const ::mx::Quantizer quantizer;
  const VectorDivider divider;
  const bool isPlain;   ///< the source needs no conversion
  const int64_t lanes;  ///< of a vector, and blocks of a group
  const int64_t groups; ///< of a chunk
  const int64_t piece;
  const int64_t sides;
  Scratch heap; ///< of a thread
  /// Of a chunk: elements, bytes of scales, all ones or zeros for a block that
  /// is finite or not, and what divides, [factor and side, block].
  Value copy, scales, keep, factors;
  SmallVector<Value> row;
  Value k, x; ///< extent of the row; elements of a group
};

} // namespace

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

/// Memory on the stack of the function. Threads have theirs on the heap: what
/// OpenMP makes of a loop takes no stack memory of its own.
Value VectorQuantizer::allocate(ArrayRef<int64_t> shape, Type element) {
  if (op.getLoweringConfigAttr().getThreads() > 1)
    return heap.allocate(element, shape);
  OpBuilder::InsertionGuard guard(b);
  Operation *scope =
      op->getParentWithTrait<OpTrait::AutomaticAllocationScope>();
  b.setInsertionPointToStart(&scope->getRegion(0).front());
  return b.make<memref::AllocaOp>(MemRefType::get(shape, element),
                                  b.getI64IntegerAttr(kAlignment));
}

void VectorQuantizer::allocateScratch() {
  int64_t blocks = groups * lanes;
  copy = allocate((isPlain ? 1 : groups) * groupSize(), b.getF32Type());
  scales = allocate(blocks * scaleBytes(), b.getI8Type());
  keep = allocate(blocks, b.getI32Type());
  factors = allocate({divider.factorCount() * sides, blocks}, b.getF32Type());
}

/// `group` of the chunk in `copy`. Of a plain source the row's last is alone.
Value VectorQuantizer::copyOf(Value group) {
  if (isPlain)
    group = b.index(0);
  using Sizes = SmallVector<OpFoldResult>;
  return b.make<memref::SubViewOp>(
      copy, Sizes{b.mul(group, b.index(groupSize()))},
      Sizes{b.getIndexAttr(groupSize())}, Sizes{b.getIndexAttr(1)});
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

/// A vector of the source up to the end of the row, then zeros, by way of `to`:
/// without instructions for bf16, LLVM has no masked load of it.
Value VectorQuantizer::loadEach(ValueRange at, Value to, Value inGroup) {
  Type f32 = b.getF32Type();
  b.nest(b.index(lanes), [&](ValueRange lane) {
    SmallVector<Value> from(at);
    from.back() = b.add(at.back(), lane[0]);
    Value x = b.conditional(
        f32, b.less(from.back(), k),
        [&] {
          return SmallVector<Value>{b.toF32(b.load(op.getSource(), from))};
        },
        [&] { return SmallVector<Value>{b.f32(0)}; })[0];
    b.store(x, to, b.add(inGroup, lane[0]));
  });
  return loadVector(b, to, inGroup, lanes, f32);
}

/// Copies elements from `first` on as f32; past the end zeros.
void VectorQuantizer::copyBy(Value first, Value to, bool isWhole,
                             function_ref<Value(Value)> divide) {
  Value source = op.getSource();
  Type element = cast<MemRefType>(source.getType()).getElementType();
  auto type = VectorType::get(lanes, element);
  Value zeros = b.make<arith::ConstantOp>(b.getZeroAttr(type));
  b.nest(b.index(format.blockSize), [&](ValueRange i) {
    Value inGroup = b.mul(i[0], b.index(lanes));
    SmallVector<Value> at(row);
    at.push_back(b.add(first, inGroup));
    Value vector;
    if (isWhole) {
      vector = loadVector(b, source, at, lanes, element);
    } else if (element.isBF16()) {
      vector = loadEach(at, to, inGroup);
    } else {
      Value left = b.make<arith::MaxSIOp>(b.sub(k, at.back()), b.index(0));
      Value mask = b.make<vector::CreateMaskOp>(
          VectorType::get(lanes, b.getI1Type()), left);
      vector = b.make<vector::MaskedLoadOp>(type, source, at, mask, zeros);
    }
    storeVector(b, divide(extendToF32(b, vector)), to, inGroup);
  });
}

/// The same without the outer scale.
void VectorQuantizer::copyGroup(Value first, Value to, bool isWhole) {
  if (!op.getOuter())
    return copyBy(first, to, isWhole, [](Value vector) { return vector; });
  Value outer = loadOuter(b, format, op.getOuter(), row);
  auto divide = [&] {
    Value all = splat(b, outer, lanes);
    copyBy(first, to, isWhole,
           [&](Value vector) { return b.divide(vector, all); });
    return SmallVector<Value>();
  };
  if (!divider.hasFma)
    return (void)divide();
  OuterDivider products(b, outer, lanes);
  auto multiply = [&] {
    copyBy(first, to, isWhole,
           [&](Value vector) { return products.divide(b, vector); });
    return SmallVector<Value>();
  };
  b.conditional(TypeRange{}, products.isExact, multiply, divide);
}

/// The elements of `group` of the chunk, from `first` on, which are copied
/// where they have to be and `isNew`.
Value VectorQuantizer::elementsOf(Value group, Value first, bool isNew) {
  Value copied = copyOf(group);
  Value end = b.add(first, b.index(groupSize()));
  auto branch = [&](bool isWhole) {
    return [&, isWhole] {
      if (isWhole && isPlain)
        return SmallVector<Value>{
            b.make<memref::CastOp>(copied.getType(), sourceFrom(first))};
      if (isNew)
        copyGroup(first, copied, isWhole);
      return SmallVector<Value>{copied};
    };
  };
  return b.conditional(copied.getType(), b.lessEqual(end, k), branch(true),
                       branch(false))[0];
}

//===----------------------------------------------------------------------===//
// Scales
//===----------------------------------------------------------------------===//

/// Writes what the blocks of the group need to scratch. A side without elements
/// copies the other one's scale.
void VectorQuantizer::makeScales(Value group) {
  SmallVector<Value> largest = largestMagnitudes(b, format, x, lanes), codes;
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
  storeFactors(codes, finite, b.mul(group, b.index(lanes)));
}

/// From `block` of the chunk on.
void VectorQuantizer::storeFactors(ArrayRef<Value> codes, Value finite,
                                   Value block) {
  Value nan = splatI32(b, ::mx::spec(format.scale).nan, lanes), packed;
  for (int64_t side = 0; side < sides; ++side) {
    Value values = decodeScales(b, format.scale, codes[side]);
    for (auto [i, factor] : llvm::enumerate(divider.factorsOf(b, values)))
      storeVector(b, factor, factors, {b.index(i * sides + side), block});
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
  storeVector(b, b.make<vector::BitCastOp>(bytes, packed), scales,
              b.mul(block, b.index(scaleBytes())));
  Value ones =
      b.make<arith::ExtSIOp>(VectorType::get(lanes, b.getI32Type()), finite);
  storeVector(b, ones, keep, block);
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

/// Quantizes the block that is `inGroup` of its group, `inChunk` of its chunk
/// and `block` of its row.
void VectorQuantizer::quantizeBlock(Value inGroup, Value inChunk, Value block) {
  SmallVector<Value> all;
  for (int64_t i = 0; i < divider.factorCount() * sides; ++i)
    all.push_back(splat(b, b.load(factors, {b.index(i), inChunk}), lanes));
  int64_t bytes = piece * ::mx::spec(format.element).bits / 8;
  int64_t pieces = format.blockSize / piece;
  Value mask = splat(b, b.load(keep, inChunk), piece / 4);
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
    storeVector(b, packCodes(b, format, codes, mask), op.getCodes(), at);
  });
  Value from = b.mul(inChunk, b.index(scaleBytes()));
  SmallVector<Value> at(row);
  at.append({block, b.index(0)});
  storeVector(b, loadVector(b, scales, from, scaleBytes(), b.getI8Type()),
              op.getScales(), at);
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

/// Quantizes `group` of the chunk, whose blocks are the row's from `first` on.
void VectorQuantizer::quantizeGroup(Value group, Value first) {
  x = elementsOf(group, b.mul(first, b.index(format.blockSize)),
                 /*isNew=*/false);
  Value left = b.sub(blocksOf(b, k, format.blockSize), first);
  b.nest(b.min(left, b.index(lanes)), [&](ValueRange i) {
    Value inChunk = b.add(b.mul(group, b.index(lanes)), i[0]);
    quantizeBlock(i[0], inChunk, b.add(first, i[0]));
  });
}

void VectorQuantizer::quantizeChunk(Value chunk) {
  Value begin = b.mul(chunk, b.index(groups));
  Value left = b.sub(blocksOf(b, k, groupSize()), begin);
  Value count = b.min(left, b.index(groups));
  auto eachGroup = [&](function_ref<void(Value, Value)> body) {
    b.nest(count, [&](ValueRange group) {
      body(group[0], b.mul(b.add(begin, group[0]), b.index(lanes)));
    });
  };
  eachGroup([&](Value group, Value first) {
    x = elementsOf(group, b.mul(first, b.index(format.blockSize)),
                   /*isNew=*/true);
    makeScales(group);
  });
  eachGroup([&](Value group, Value first) { quantizeGroup(group, first); });
}

/// Quantizes the rows `begin` to `end`, counted through the axes of `extents`.
void VectorQuantizer::emit(Value begin, Value end, ArrayRef<Value> extents) {
  allocateScratch();
  k = b.dim(op.getSource(), int64_t(extents.size()));
  Value chunks = blocksOf(b, k, groups * groupSize());
  b.loop(begin, end, {}, [&](Value number, ValueRange) {
    row = delinearize(b, number, extents);
    b.nest(chunks, [&](ValueRange chunk) { quantizeChunk(chunk[0]); });
    return SmallVector<Value>();
  });
  heap.free();
}

void mlir::mx::vectorizeQuantize(ScalarBuilder &b, QuantizePartsOp op) {
  SmallVector<Value> extents;
  int64_t last = cast<MemRefType>(op.getSource().getType()).getRank() - 1;
  for (int64_t axis = 0; axis < last; ++axis)
    extents.push_back(b.dim(op.getSource(), axis));
  Value rows = b.index(1);
  for (Value extent : extents)
    rows = b.mul(rows, extent);
  forShares(b, op.getLoweringConfigAttr().getThreads(), rows,
            [&](Value begin, Value end) {
              VectorQuantizer(b, op).emit(begin, end, extents);
            });
}
