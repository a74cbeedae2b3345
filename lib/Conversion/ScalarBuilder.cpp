//===- ScalarBuilder.cpp - short names for scalar arithmetic --------------===//

#include "ScalarBuilder.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::mx;

Value ScalarBuilder::index(int64_t value) {
  return make<arith::ConstantIndexOp>(value);
}

Value ScalarBuilder::f32(float value) {
  return make<arith::ConstantOp>(getF32FloatAttr(value));
}

Value ScalarBuilder::f64(double value) {
  return make<arith::ConstantOp>(getF64FloatAttr(value));
}

Value ScalarBuilder::i32(int64_t value) { return integer(getI32Type(), value); }

Value ScalarBuilder::integer(Type type, int64_t value) {
  return make<arith::ConstantOp>(cast<TypedAttr>(getIntegerAttr(type, value)));
}

static bool isFloat(Value value) {
  return isa<FloatType>(getElementTypeOrSelf(value.getType()));
}

Value ScalarBuilder::add(Value a, Value b) {
  return isFloat(a) ? make<arith::AddFOp>(a, b) : make<arith::AddIOp>(a, b);
}

Value ScalarBuilder::sub(Value a, Value b) {
  return isFloat(a) ? make<arith::SubFOp>(a, b) : make<arith::SubIOp>(a, b);
}

Value ScalarBuilder::mul(Value a, Value b) {
  return isFloat(a) ? make<arith::MulFOp>(a, b) : make<arith::MulIOp>(a, b);
}

Value ScalarBuilder::less(Value a, Value b) {
  return isFloat(a) ? make<arith::CmpFOp>(arith::CmpFPredicate::OLT, a, b)
                    : make<arith::CmpIOp>(arith::CmpIPredicate::slt, a, b);
}

Value ScalarBuilder::lessEqual(Value a, Value b) {
  return isFloat(a) ? make<arith::CmpFOp>(arith::CmpFPredicate::OLE, a, b)
                    : make<arith::CmpIOp>(arith::CmpIPredicate::sle, a, b);
}

Value ScalarBuilder::equal(Value a, Value b) {
  return isFloat(a) ? make<arith::CmpFOp>(arith::CmpFPredicate::OEQ, a, b)
                    : make<arith::CmpIOp>(arith::CmpIPredicate::eq, a, b);
}

Value ScalarBuilder::bitsOf(Value value) {
  return make<arith::BitcastOp>(
      getIntegerType(value.getType().getIntOrFloatBitWidth()), value);
}

Value ScalarBuilder::floatOf(Value bits) {
  unsigned width = bits.getType().getIntOrFloatBitWidth();
  Type type = width == 64   ? getF64Type()
              : width == 32 ? Type(getF32Type())
                            : getF16Type();
  return make<arith::BitcastOp>(type, bits);
}

Value ScalarBuilder::magnitude(Value value) {
  Value bits = bitsOf(value);
  int64_t width = bits.getType().getIntOrFloatBitWidth();
  int64_t mask = width == 64 ? std::numeric_limits<int64_t>::max()
                             : (int64_t(1) << (width - 1)) - 1;
  return floatOf(bitAnd(bits, integer(bits.getType(), mask)));
}

Value ScalarBuilder::toF32(Value value) {
  if (value.getType().isF32())
    return value;
  return make<arith::ExtFOp>(getF32Type(), value);
}

SmallVector<Value> ScalarBuilder::loop(Value lower, Value upper,
                                       ValueRange carried, LoopBody body) {
  auto loop = scf::ForOp::create(*this, lower, upper, index(1), carried);
  InsertionGuard guard(*this);
  setInsertionPointToStart(loop.getBody());
  SmallVector<Value> next =
      body(loop.getInductionVar(), loop.getRegionIterArgs());
  if (!carried.empty())
    scf::YieldOp::create(*this, next);
  return llvm::to_vector_of<Value>(loop.getResults());
}

static void nestFrom(ScalarBuilder &b, ArrayRef<Value> extents,
                     SmallVector<Value> &ivs,
                     function_ref<void(ValueRange)> body) {
  if (ivs.size() == extents.size())
    return body(ivs);
  b.loop(b.index(0), extents[ivs.size()], {}, [&](Value iv, ValueRange) {
    ivs.push_back(iv);
    nestFrom(b, extents, ivs, body);
    ivs.pop_back();
    return SmallVector<Value>();
  });
}

void ScalarBuilder::nest(ArrayRef<Value> extents,
                         function_ref<void(ValueRange)> body) {
  SmallVector<Value> ivs;
  nestFrom(*this, extents, ivs, body);
}

SmallVector<Value> ScalarBuilder::conditional(TypeRange types, Value condition,
                                              Branch then, Branch otherwise) {
  auto op = scf::IfOp::create(*this, types, condition, /*addThenBlock=*/true,
                              /*addElseBlock=*/true);
  InsertionGuard guard(*this);
  setInsertionPointToStart(op.thenBlock());
  scf::YieldOp::create(*this, then());
  setInsertionPointToStart(op.elseBlock());
  scf::YieldOp::create(*this, otherwise());
  return llvm::to_vector_of<Value>(op.getResults());
}

Value ScalarBuilder::load(Value memref, ValueRange indices) {
  return make<memref::LoadOp>(memref, indices);
}

void ScalarBuilder::store(Value value, Value memref, ValueRange indices) {
  memref::StoreOp::create(*this, value, memref, indices);
}

Value ScalarBuilder::dim(Value memref, int64_t axis) {
  return make<memref::DimOp>(memref, axis);
}

Value ScalarBuilder::table(StringRef name, DenseElementsAttr values) {
  auto tensor = cast<RankedTensorType>(values.getType());
  auto type = MemRefType::get(tensor.getShape(), tensor.getElementType());
  auto module = getInsertionBlock()->getParentOp()->getParentOfType<ModuleOp>();
  if (!SymbolTable::lookupSymbolIn(module, name)) {
    InsertionGuard guard(*this);
    setInsertionPointToStart(module.getBody());
    memref::GlobalOp::create(*this, name, getStringAttr("private"), type,
                             values, /*constant=*/true, IntegerAttr());
  }
  return make<memref::GetGlobalOp>(type, name);
}

Value ScalarBuilder::tableEntry(StringRef name, DenseElementsAttr values,
                                Value i) {
  return load(table(name, values), i);
}

Value mlir::mx::callIntrinsic(ScalarBuilder &b, StringRef name, Type type,
                              ValueRange operands) {
  return LLVM::CallIntrinsicOp::create(b, type, b.getStringAttr(name), operands)
      ->getResult(0);
}
