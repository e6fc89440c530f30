#include "sandbox/core/media_store.h"

#include <string>

#include <gtest/gtest.h>

namespace bw::sandbox {
namespace {

TEST(MediaStoreTest, KeepsFilesFor48Hours) {
  FakeClock clock;
  MediaStore store(clock);
  ASSERT_TRUE(store.Put({"a/b.png", "image/png", "bytes"}).ok());
  EXPECT_EQ((*store.Get("a/b.png"))->bytes, "bytes");
  clock.Advance(std::chrono::hours(48) - std::chrono::milliseconds(1));
  EXPECT_TRUE(store.Get("a/b.png").ok());
  clock.Advance(std::chrono::milliseconds(1));
  EXPECT_EQ(store.Get("a/b.png").status().code(), StatusCode::kNotFound);
}

TEST(MediaStoreTest, ReplacesAndDeletes) {
  FakeClock clock;
  MediaStore store(clock);
  ASSERT_TRUE(store.Put({"a", "t", "1"}).ok());
  ASSERT_TRUE(store.Put({"a", "t", "2"}).ok());
  EXPECT_EQ(store.List().size(), 1u);
  EXPECT_TRUE(store.Delete("a").ok());
  EXPECT_EQ(store.Delete("a").code(), StatusCode::kNotFound);
}

TEST(MediaStoreTest, LimitsHoldExactly) {
  FakeClock clock;
  MediaStore store(clock);
  EXPECT_TRUE(store.Put({"m", "t", std::string(MediaStore::kMaxFileBytes, 'x')}).ok());
  EXPECT_EQ(store.Put({"n", "t", std::string(MediaStore::kMaxFileBytes + 1, 'x')}).code(),
            StatusCode::kResourceExhausted);
  EXPECT_EQ(store.Put({"", "t", "x"}).code(), StatusCode::kInvalidArgument);
  for (int i = 0; i < 17; ++i) {
    ASSERT_TRUE(
        store.Put({std::to_string(i), "t", std::string(MediaStore::kMaxFileBytes, 'x')}).ok());
  }
  // 64 MiB hold 17 files of the largest size; the first made room.
  EXPECT_EQ(store.List().size(), 17u);
  EXPECT_FALSE(store.Get("m").ok());
}

}  // namespace
}  // namespace bw::sandbox
