//===- ByteVectors.cpp - integer products of short vectors ----------------===//

#include "ByteVectors.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::mx;
using ::mx::TargetRow;

static VectorType typeOf(Value vector) {
  return cast<VectorType>(vector.getType());
}

static int64_t bitsOf(Value vector) {
  VectorType type = typeOf(vector);
  return type.getDimSize(0) * type.getElementTypeBitWidth();
}

Value mlir::mx::splatConstant(ScalarBuilder &b, VectorType type,
                              int64_t value) {
  return b.make<arith::ConstantOp>(DenseElementsAttr::get(
      type, b.getIntegerAttr(type.getElementType(), value)));
}

Value mlir::mx::castLanes(ScalarBuilder &b, Value vector, Type element) {
  int64_t lanes = bitsOf(vector) / element.getIntOrFloatBitWidth();
  return b.make<vector::BitCastOp>(VectorType::get(lanes, element), vector);
}

Value mlir::mx::lookUpNibbles(ScalarBuilder &b, ArrayRef<int8_t> table,
                              Value indices) {
  VectorType type = typeOf(indices);
  // vpermb reads six bits of an index, vpshufb a lane of 16 bytes: the table is
  // there as often as the vector has room for it.
  SmallVector<int8_t> copies;
  for (int64_t i = 0; i < type.getDimSize(0); ++i)
    copies.push_back(table[i % 16]);
  Value all = b.make<arith::ConstantOp>(
      DenseElementsAttr::get(type, ArrayRef<int8_t>(copies)));
  StringRef name = bitsOf(indices) == 512   ? "llvm.x86.avx512.permvar.qi.512"
                   : bitsOf(indices) == 256 ? "llvm.x86.avx2.pshuf.b"
                                            : "llvm.x86.ssse3.pshuf.b.128";
  return callIntrinsic(b, name, type, {all, indices});
}

Value mlir::mx::nibblesOf(ScalarBuilder &b, Value bytes, bool high) {
  Type byte = b.getI8Type();
  if (high) {
    Value words = castLanes(b, bytes, b.getI16Type());
    Value shifted = b.shr(words, splatConstant(b, typeOf(words), 4));
    bytes = castLanes(b, shifted, byte);
  }
  if (bitsOf(bytes) == 512)
    return bytes;
  return b.bitAnd(bytes, splatConstant(b, typeOf(bytes), 15));
}

Value mlir::mx::broadcastWord(ScalarBuilder &b, Value memref,
                              ValueRange indices, int64_t bytes) {
  Type element = cast<MemRefType>(memref.getType()).getElementType();
  auto word = VectorType::get(32 / element.getIntOrFloatBitWidth(), element);
  Value loaded = b.make<vector::LoadOp>(word, memref, indices);
  Value bits = b.make<vector::ExtractOp>(castLanes(b, loaded, b.getI32Type()),
                                         ArrayRef<int64_t>{0});
  auto words = VectorType::get(bytes / 4, b.getI32Type());
  return castLanes(b, b.make<vector::BroadcastOp>(words, bits), element);
}

bool mlir::mx::hasDotProducts(const TargetRow &row) {
  return StringRef(row.features).contains("+avx512vnni");
}

/// `value`, of which LLVM then knows nothing. It would add long chains of
/// integers in another order, which keeps more of them in registers than there
/// are.
static Value keepOrder(ScalarBuilder &b, Value value) {
  return LLVM::InlineAsmOp::create(
             b, value.getType(), ValueRange{value}, /*asm_string=*/"",
             /*constraints=*/"=x,0", /*has_side_effects=*/false,
             /*is_align_stack=*/false, LLVM::TailCallKind::None,
             /*asm_dialect=*/nullptr, /*operand_attrs=*/nullptr)
      ->getResult(0);
}

Value mlir::mx::multiplyBytePairs(ScalarBuilder &b, Value unsignedBytes,
                                  Value signedBytes) {
  auto type = VectorType::get(bitsOf(unsignedBytes) / 16, b.getI16Type());
  StringRef name = bitsOf(unsignedBytes) == 512
                       ? "llvm.x86.avx512.pmaddubs.w.512"
                       : "llvm.x86.avx2.pmadd.ub.sw";
  return callIntrinsic(b, name, type, {unsignedBytes, signedBytes});
}

Value mlir::mx::addByteProducts(ScalarBuilder &b, const TargetRow &row,
                                Value sums, Value unsignedBytes,
                                Value signedBytes) {
  if (hasDotProducts(row))
    return callIntrinsic(b, "llvm.x86.avx512.vpdpbusd.512", sums.getType(),
                         {sums, unsignedBytes, signedBytes});
  Value pairs = multiplyBytePairs(b, unsignedBytes, signedBytes);
  return keepOrder(b, b.add(sums, pairs));
}

static Value multiplyWordPairs(ScalarBuilder &b, Value left, Value right) {
  auto type = VectorType::get(bitsOf(left) / 32, b.getI32Type());
  return callIntrinsic(b, "llvm.x86.avx2.pmadd.wd", type, {left, right});
}

Value mlir::mx::addWordProducts(ScalarBuilder &b, const TargetRow &row,
                                Value sums, Value left, Value right) {
  if (hasDotProducts(row))
    return callIntrinsic(b, "llvm.x86.avx512.vpdpwssd.512", sums.getType(),
                         {sums, left, right});
  return keepOrder(b, b.add(sums, multiplyWordPairs(b, left, right)));
}

Value mlir::mx::widenByteSums(ScalarBuilder &b, const TargetRow &row,
                              Value sums) {
  if (hasDotProducts(row))
    return sums;
  return multiplyWordPairs(b, sums, splatConstant(b, typeOf(sums), 1));
}
