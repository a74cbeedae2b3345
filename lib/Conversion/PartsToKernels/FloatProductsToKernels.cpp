//===- FloatProductsToKernels.cpp - products that are left in float -------===//

#include "mx/Conversion/Passes.h"

#include "FloatProduct.h"
#include "Outline.h"

#include "mx/Dialect/MX/IR/Remarks.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Remarks.h"

namespace mlir::mx {

#define GEN_PASS_DEF_CONVERTFLOATPRODUCTSTOKERNELSPASS
#include "mx/Conversion/Passes.h.inc"

using Arg = remark::detail::Remark::Arg;

static constexpr StringRef kCategory = "mx-lowering";
/// Elements of K of a panel: a register tile's columns stay in the first-level
/// cache.
static constexpr int64_t kDepth = 256;

namespace {

struct FloatProductsToKernels final
    : impl::ConvertFloatProductsToKernelsPassBase<FloatProductsToKernels> {
  using ConvertFloatProductsToKernelsPassBase::
      ConvertFloatProductsToKernelsPassBase;

  void runOnOperation() override;

private:
  FailureOr<FloatConfig> readOptions();
  void convert(linalg::LinalgOp op, const FloatConfig &config,
               Outliner &outliner);
};

} // namespace

FailureOr<FloatConfig> FloatProductsToKernels::readOptions() {
  const ::mx::TargetRow *row =
      target == "host" ? &::mx::hostTarget() : ::mx::findTarget(target);
  if (!row)
    return getOperation().emitError("unknown target '") << target << "'";
  if (threads < 1 || threads > LoweringConfigAttr::kMaxThreads)
    return getOperation().emitError("found ")
           << int64_t(threads) << " threads, expected 1 to "
           << LoweringConfigAttr::kMaxThreads;
  ::mx::RegisterTile tile =
      ::mx::registerTile(*row, *row->find(::mx::KernelKind::F32));
  return FloatConfig{*row, tile.rows, tile.vectors, kDepth, threads};
}

/// What outlined functions and the remark say of the code.
static LoweringConfigAttr describe(MLIRContext *context,
                                   const FloatConfig &config) {
  return LoweringConfigAttr::get(context, config.row.name,
                                 ::mx::kernelInfo(::mx::KernelKind::F32).name,
                                 config.rows, config.vectors, config.depth,
                                 /*row_block=*/0, config.threads);
}

void FloatProductsToKernels::convert(linalg::LinalgOp op,
                                     const FloatConfig &config,
                                     Outliner &outliner) {
  std::string whyNot;
  if (!matchFloatProduct(op, whyNot)) {
    remark::missed(op.getLoc(), remarkAbout(op, kCategory, "ScalarLoops"))
        << Arg("Reason", whyNot);
    return;
  }
  remark::passed(op.getLoc(), remarkAbout(op, kCategory, "FloatProduct"))
      << Arg("Target", StringRef(config.row.name));
  Operation *copy =
      outliner.outline(op, describe(&getContext(), config), "mx_product_f32");
  if (!copy)
    return;
  ScalarBuilder b(copy->getLoc(), copy);
  expandFloatProduct(b, config,
                     *matchFloatProduct(cast<linalg::LinalgOp>(copy), whyNot));
  copy->erase();
}

void FloatProductsToKernels::runOnOperation() {
  FailureOr<FloatConfig> config = readOptions();
  if (failed(config))
    return signalPassFailure();
  SmallVector<linalg::LinalgOp> ops;
  getOperation().walk([&](linalg::LinalgOp op) {
    if (op.hasPureBufferSemantics() && isFloatContraction(op))
      ops.push_back(op);
  });
  Outliner outliner(getOperation());
  FloatConfig serial = *config;
  serial.threads = 1;
  for (linalg::LinalgOp op : ops) {
    bool isShare = op->getParentOfType<scf::ForallOp>();
    convert(op, isShare ? serial : *config, outliner);
  }
}

} // namespace mlir::mx
