#include "tool-service/core/client_capabilities.h"

#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

TEST(ClientCapabilities, AreWhatWasDeclared) {
  const ClientCapabilities declared(R"({"elicitation":{},"sampling":{"tools":{}}})");
  EXPECT_TRUE(declared.Has("elicitation"));
  EXPECT_TRUE(declared.Has("sampling"));
  EXPECT_FALSE(declared.Has("roots"));
  EXPECT_TRUE(declared.object()["sampling"].contains("tools"));
  const ClientCapabilities copy = declared;  // NOLINT(performance-unnecessary-copy-initialization)
  EXPECT_EQ(&copy.object(), &declared.object());
}

TEST(ClientCapabilities, NothingReadableIsNothingDeclared) {
  for (const char* text : {"", "{", "[]", "null", "\"elicitation\"", "7"}) {
    const ClientCapabilities declared(text);
    EXPECT_FALSE(declared.Has("elicitation")) << text;
    EXPECT_EQ(declared.object(), json::Json::object()) << text;
  }
  EXPECT_FALSE(ClientCapabilities().Has("elicitation"));
}

}  // namespace
}  // namespace bw::tool_service
