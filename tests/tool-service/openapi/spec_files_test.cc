#include "tool-service/openapi/spec_files.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

class SpecFilesTest : public ::testing::Test {
 protected:
  ~SpecFilesTest() override { std::filesystem::remove_all(folder_); }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(SpecFilesTest, WritesMakeFoldersAndReplaceWhatWasThere) {
  const std::string path = (folder_ / "a" / "b" / "file").string();
  ASSERT_TRUE(WriteFileAtomically(path, "one").ok());
  ASSERT_TRUE(WriteFileAtomically(path, "two").ok());
  EXPECT_EQ(*ReadFile(path, 3), "two");
  // Nothing else is left in the folder.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_ / "a" / "b"), {}), 1);
  const auto mode = std::filesystem::status(folder_ / "a" / "b").permissions();
  EXPECT_EQ(mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
            std::filesystem::perms::none);
}

TEST_F(SpecFilesTest, SizesAtTheLimitAndOnePast) {
  const std::string path = (folder_ / "file").string();
  ASSERT_TRUE(WriteFileAtomically(path, "12345").ok());
  EXPECT_TRUE(ReadFile(path, 5).ok());
  const auto refused = ReadFile(path, 4);
  EXPECT_EQ(refused.status().code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(Message(refused.status()).starts_with(path + ": the file has 5 bytes"));
}

TEST_F(SpecFilesTest, AFailedWriteLeavesNothingBehind) {
  std::filesystem::create_directories(folder_ / "taken");
  EXPECT_EQ(WriteFileAtomically((folder_ / "taken").string(), "x").code(),
            StatusCode::kUnavailable);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
  EXPECT_EQ(ReadFile((folder_ / "taken").string(), 10).status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace bw::tool_service
