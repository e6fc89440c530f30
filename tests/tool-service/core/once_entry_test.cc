#include "tool-service/core/once_entry.h"

#include <gtest/gtest.h>

#include "tests/tool-service/fakes.h"
#include "tool-service/core/once_tool.h"

namespace bw::tool_service {
namespace {

OnceEntry DoneEntry(ToolResult result) {
  OnceEntry entry;
  entry.state = OnceEntry::State::kDone;
  entry.arguments_digest = "d-1";
  entry.begun_ms = 1'772'000'000'123;
  entry.until_ms = 1'772'000'060'123;
  entry.reference = "bw-1";
  entry.result = std::move(result);
  return entry;
}

TEST(OnceEntry, IsReadAsItWasWritten) {
  ToolResult result = TextResult("first");
  result.content.push_back(TextContent("second"));
  result.structured = json::Json{{"callId", "c-1"}};
  const auto read = ReadOnceEntry(WriteOnceEntry(DoneEntry(result)));
  ASSERT_TRUE(read.ok()) << ToString(read.status());
  EXPECT_EQ(read->state, OnceEntry::State::kDone);
  EXPECT_EQ(read->arguments_digest, "d-1");
  EXPECT_EQ(read->begun_ms, 1'772'000'000'123);
  EXPECT_EQ(read->until_ms, 1'772'000'060'123);
  EXPECT_EQ(read->reference, "bw-1");
  ASSERT_EQ(read->result.content.size(), 2u);
  EXPECT_EQ(read->result.content[1].text, "second");
  EXPECT_EQ(read->result.structured, result.structured);
  for (const auto state : {OnceEntry::State::kPending, OnceEntry::State::kUnknown}) {
    OnceEntry entry = DoneEntry(result);
    entry.state = state;
    const auto other = ReadOnceEntry(WriteOnceEntry(entry));
    ASSERT_TRUE(other.ok());
    EXPECT_EQ(other->state, state);
    EXPECT_TRUE(other->result.content.empty()) << "only a result that is one is kept";
  }
}

TEST(OnceEntry, WhatIsNoneIsRefused) {
  for (const char* text :
       {"", "[]", "{}", R"({"state":"done"})", "\xff", R"({"state":"new","begun":1,"until":2})"}) {
    EXPECT_EQ(ReadOnceEntry(text).status().code(), StatusCode::kDataLoss) << text;
  }
}

TEST(OnceEntry, AResultAtTheLimitIsKeptWholeAndALargerOneShortened) {
  // {"structured":{"x":"…"},"text":["t"]}
  constexpr std::size_t kAround = 36;
  ToolResult result = TextResult("t");
  result.structured = json::Json{{"x", std::string(kMaxKeptResultBytes - kAround, 'x')}};
  auto read = ReadOnceEntry(WriteOnceEntry(DoneEntry(result)));
  EXPECT_TRUE(read->result.structured.has_value());
  result.structured = json::Json{{"x", std::string(kMaxKeptResultBytes - kAround + 1, 'x')}};
  read = ReadOnceEntry(WriteOnceEntry(DoneEntry(result)));
  EXPECT_FALSE(read->result.structured.has_value());
  EXPECT_EQ(read->result.content.at(0).text, "t");
}

TEST(OnceEntry, ALongTextIsCutWhereACharacterEndsAndFitsTheStore) {
  for (const char* piece : {"\xc3\xa4", "\x01", "x"}) {
    std::string text;
    while (text.size() < 2 * kMaxKeptResultBytes) text += piece;
    const std::string written = WriteOnceEntry(DoneEntry(TextResult(text)));
    EXPECT_LE(written.size(), EventJournal::kMaxValueBytes);
    const auto read = ReadOnceEntry(written);
    ASSERT_TRUE(read.ok());
    const std::string kept = read->result.content.at(0).text;
    EXPECT_TRUE(kept.ends_with("[cut: the first result was longer]"));
    EXPECT_EQ(kept.find("\xef\xbf\xbd"), std::string::npos);
    EXPECT_GT(kept.size(), 1'000u);
  }
}

TEST(OnceEntry, TheLongestKeyFitsTheStore) {
  const std::string tool(64, 't');
  const std::string key(kMaxIdempotencyKeyBytes, '\xff');
  EXPECT_LE(OnceStoreKey(tool, std::string(1'000, 'p'), key).size(), 512u);
}

TEST(OnceEntry, KeysOfOtherToolsAndCallersAreOtherKeys) {
  const std::string key = OnceStoreKey("createCall", "ann", "k");
  EXPECT_EQ(key, OnceStoreKey("createCall", "ann", "k"));
  EXPECT_NE(key, OnceStoreKey("createCall", "bob", "k"));
  EXPECT_NE(key, OnceStoreKey("createMessage", "ann", "k"));
  EXPECT_NE(key, OnceStoreKey("createCall", "ann", "K"));
  EXPECT_TRUE(key.starts_with("once/createCall/"));
}

}  // namespace
}  // namespace bw::tool_service
