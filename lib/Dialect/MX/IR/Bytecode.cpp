//===- Bytecode.cpp - constants in bytecode -------------------------------===//
//
// Only #mx.blocks has an encoding of its own: its resources must be numbered by
// the writer, which the fallback (the attribute's text) does not survive.
//
//===----------------------------------------------------------------------===//

#include "mx/Dialect/MX/IR/MX.h"

#include "mlir/Bytecode/BytecodeImplementation.h"

using namespace mlir;
using namespace mlir::mx;

namespace {

/// Kinds of attribute; the numbers are part of the file format.
enum Code : uint64_t { kBlocksAttr = 0 };

struct MXBytecodeInterface final : BytecodeDialectInterface {
  explicit MXBytecodeInterface(Dialect *dialect)
      : BytecodeDialectInterface(dialect) {}

  LogicalResult writeAttribute(Attribute attr,
                               DialectBytecodeWriter &writer) const override {
    auto blocks = dyn_cast<BlocksAttr>(attr);
    if (!blocks)
      return failure(); // the text will do
    writer.writeVarInt(kBlocksAttr);
    writer.writeType(blocks.getType());
    writer.writeAttribute(blocks.getCodes());
    writer.writeAttribute(blocks.getScales());
    writer.writeOptionalAttribute(blocks.getOuter());
    return success();
  }

  Attribute readAttribute(DialectBytecodeReader &reader) const override {
    uint64_t code;
    RankedTensorType type;
    DenseResourceElementsAttr codes, scales, outer;
    if (failed(reader.readVarInt(code)))
      return {};
    if (code != kBlocksAttr) {
      reader.emitError() << "unknown mx attribute code " << code
                         << ", expected " << uint64_t(kBlocksAttr);
      return {};
    }
    if (failed(reader.readType(type)) || failed(reader.readAttribute(codes)) ||
        failed(reader.readAttribute(scales)) ||
        failed(reader.readOptionalAttribute(outer)))
      return {};
    if (!BlocksAttr::fits(type, codes, scales, outer)) {
      reader.emitError() << "parts of an mx constant do not fit its type "
                         << type;
      return {};
    }
    return BlocksAttr::get(getContext(), type, codes, scales, outer);
  }
};

} // namespace

void MXDialect::registerBytecode() { addInterfaces<MXBytecodeInterface>(); }
