//===- NpyTest.cpp - NumPy's array files ----------------------------------===//

#include "mx/Runner/Npy.h"

#include "Support.h"

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

/// Returns a file of `version` with `header` and `data`.
static std::string makeFile(int version, const std::string &header,
                            const std::string &data) {
  std::string file = "\x93NUMPY";
  file += static_cast<char>(version);
  file += '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
    file += static_cast<char>(header.size() >> (8 * i));
  return file + header + data;
}

static llvm::Expected<Array> readBytes(const std::string &bytes) {
  TemporaryFile file(bytes);
  return readNpy(file.getPath());
}

static const char plain[] =
    "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }\n";
static const std::string twoNumbers("\1\0\0\0\2\0\0\0", 8);

TEST(Npy, ReadsBothVersions) {
  for (int version : {1, 2}) {
    Array array = get(readBytes(makeFile(version, plain, twoNumbers)));
    EXPECT_EQ(toString(array), "2xi32");
    EXPECT_EQ(toDoubles(array), std::vector<double>({1, 2}));
  }
}

TEST(Npy, WritingUndoesReading) {
  const std::pair<DType, DType> pairs[] = {
      {DType::F64, DType::F64}, {DType::F32, DType::F32},
      {DType::F16, DType::F16}, {DType::BF16, DType::U16},
      {DType::I64, DType::I64}, {DType::I32, DType::I32},
      {DType::I16, DType::I16}, {DType::I8, DType::I8},
      {DType::I1, DType::I1},   {DType::Index, DType::I64},
      {DType::U64, DType::U64}, {DType::U32, DType::U32},
      {DType::U16, DType::U16}, {DType::U8, DType::U8}};
  const SmallVector<int64_t> shapes[] = {{}, {5}, {2, 3}, {0, 4}, {1, 2, 3, 4}};
  for (auto [written, read] : pairs)
    for (const SmallVector<int64_t> &shape : shapes) {
      Array array = get(makeArray(written, shape));
      for (size_t i = 0; i < array.bytes.size(); ++i)
        array.bytes[i] = written == DType::I1 ? i % 2 : i * 37;
      TemporaryFile file;
      ASSERT_EQ(messageOf(writeNpy(file.getPath(), array)), "");
      Array back = get(readNpy(file.getPath()));
      EXPECT_EQ(back.dtype, read);
      EXPECT_EQ(back.shape, array.shape);
      EXPECT_EQ(back.bytes, array.bytes);
    }
}

/// Every prefix of a file is refused, and so is a byte more.
TEST(Npy, RefusesEveryOtherLength) {
  std::string file = makeFile(1, plain, twoNumbers);
  for (size_t length = 0; length < file.size(); ++length)
    EXPECT_NE(messageOf(readBytes(file.substr(0, length))), "") << length;
  EXPECT_NE(messageOf(readBytes(file + "x")).find("too long"),
            std::string::npos);
}

TEST(Npy, RefusesOtherHeaders) {
  const std::pair<const char *, const char *> cases[] = {
      {"{'descr': '>i4', 'fortran_order': False, 'shape': (2,), }",
       "big-endian"},
      {"{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", "'<c8'"},
      {"{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (2,), }",
       "plain array"},
      {"{'descr': '<i4', 'fortran_order': True, 'shape': (1, 2), }",
       "column-major"},
      {"{'descr': '<i4', 'fortran_order': Maybe, 'shape': (2,), }",
       "plain array"},
      {"{'descr': '<i4', 'fortran_order': False, 'shape': (-2,), }",
       "plain array"},
      {"{'descr': '<i4', 'fortran_order': False, 'shape': (2", "plain array"},
      {"{'descr': '<i4', 'shape': (2,), }", "plain array"},
      {"{'descr': '<i4', 'descr': '<i4', 'shape': (2,), }", "plain array"},
      {"{'descr': '<i4", "plain array"},
      {"", "plain array"},
      {"{'descr': '<i4', 'fortran_order': False, 'shape': "
       "(4611686018427387904, 4), }",
       "does not fit"}};
  for (auto [header, message] : cases)
    EXPECT_NE(
        messageOf(readBytes(makeFile(1, header, twoNumbers))).find(message),
        std::string::npos)
        << header;
  EXPECT_NE(messageOf(readBytes(makeFile(3, plain, twoNumbers)))
                .find("npy version 3"),
            std::string::npos);
  EXPECT_NE(messageOf(readBytes("module {}")).find("not an npy file"),
            std::string::npos);
}

/// Column-major order means nothing on one axis.
TEST(Npy, OneAxisHasNoOrder) {
  const char *header =
      "{'descr': '<i4', 'fortran_order': True, 'shape': (2,), }";
  EXPECT_EQ(messageOf(readBytes(makeFile(1, header, twoNumbers))), "");
}

TEST(Npy, NamesTheFile) {
  EXPECT_EQ(messageOf(readNpy("/nowhere/x.npy")),
            "error: cannot open '/nowhere/x.npy': No such file or directory");
  EXPECT_EQ(messageOf(writeNpy("/nowhere/x.npy", Array())),
            "error: cannot write '/nowhere/x.npy': No such file or directory");
}

/// A full disk is an error too.
TEST(Npy, ReportsFailedWrites) {
  Array array = get(makeArray(DType::F32, {100000}));
  EXPECT_NE(messageOf(writeNpy("/dev/full", array)).find("cannot write"),
            std::string::npos);
}
