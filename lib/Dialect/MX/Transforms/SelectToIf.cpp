//===- SelectToIf.cpp - branch between whole tensors ----------------------===//

#include "mx/Dialect/MX/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Builders.h"

namespace mlir::mx {

#define GEN_PASS_DEF_MXSELECTTOIFPASS
#include "mx/Dialect/MX/Transforms/Passes.h.inc"

namespace {

struct SelectToIf final : impl::MXSelectToIfPassBase<SelectToIf> {
  void runOnOperation() override {
    SmallVector<arith::SelectOp> selects;
    getOperation()->walk([&](arith::SelectOp select) {
      if (isa<TensorType>(select.getType()) &&
          !isa<ShapedType>(select.getCondition().getType()))
        selects.push_back(select);
    });
    for (arith::SelectOp select : selects)
      rewrite(select);
  }

private:
  static void rewrite(arith::SelectOp select) {
    OpBuilder b(select);
    auto yield = [](Value value) {
      return [value](OpBuilder &b, Location loc) {
        scf::YieldOp::create(b, loc, value);
      };
    };
    auto branch = scf::IfOp::create(b, select.getLoc(), select.getCondition(),
                                    yield(select.getTrueValue()),
                                    yield(select.getFalseValue()));
    select.replaceAllUsesWith(branch.getResult(0));
    select.erase();
  }
};

} // namespace
} // namespace mlir::mx
