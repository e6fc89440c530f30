// The decision table of 2026-07-28 basic/versioning and the checks' order, row by row.
#include "gateway/core/era.h"

#include <string>

#include <gtest/gtest.h>

namespace bw::gateway {
namespace {

constexpr const char* kEnvelope =
    R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
    R"("io.modelcontextprotocol/clientCapabilities":{}})";

std::string Modern(const std::string& method, const std::string& more = "",
                   const std::string& version = "2026-07-28") {
  return R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":{)" +
         (more.empty() ? "" : more + ",") +
         R"("_meta":{"io.modelcontextprotocol/protocolVersion":")" + version +
         R"(","io.modelcontextprotocol/clientCapabilities":{}}}})";
}

std::string WithMeta(const std::string& meta) {
  return R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":)" + meta + "}}";
}

struct Row {
  const char* what;
  std::string body;
  std::optional<std::string_view> version, method, name;
  Era era;
  int code;  // 0: not refused
};

std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.what; }

class EraRow : public ::testing::TestWithParam<Row> {};

TEST_P(EraRow, IsDecided) {
  const Row& row = GetParam();
  const auto decoded = Decode(row.body);
  ASSERT_FALSE(decoded.batch);
  const auto* message = std::get_if<Message>(&decoded.elements[0]);
  ASSERT_NE(message, nullptr);
  const EraDecision decision = DecideEra({row.version, row.method, row.name}, *message);
  EXPECT_EQ(decision.era, row.era);
  EXPECT_EQ(decision.refusal ? decision.refusal->code : 0, row.code);
  if (decision.refusal) {
    EXPECT_EQ(decision.refusal->http_status, 400);
  }
}

constexpr auto kNone = std::nullopt;
constexpr std::string_view kV = "2026-07-28";

const std::string kCall = Modern("tools/call", R"("name":"echo")");
const std::string kList = R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})";
const std::string kInitialize =
    R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18"}})";
const std::string kCancelled =
    R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})";

INSTANTIATE_TEST_SUITE_P(
    Rows, EraRow,
    ::testing::Values(
        Row{"modern", Modern("tools/list"), kV, "tools/list", kNone, Era::kModern, 0},
        Row{"modern call", kCall, kV, "tools/call", "echo", Era::kModern, 0},
        Row{"name in base64", kCall, kV, "tools/call", "=?base64?ZWNobw==?=", Era::kModern, 0},
        Row{"read names the uri", Modern("resources/read", R"("uri":"a://b")"), kV,
            "resources/read", "a://b", Era::kModern, 0},
        Row{"name where none is asked", Modern("tools/list"), kV, "tools/list", "x", Era::kModern,
            0},
        Row{"call without a name is for the method to refuse", Modern("tools/call"), kV,
            "tools/call", kNone, Era::kModern, 0},
        Row{"initialize with an envelope is for the dispatcher to refuse", Modern("initialize"), kV,
            "initialize", kNone, Era::kModern, 0},
        // Malformed envelopes.
        Row{"version is no string", WithMeta(R"({"io.modelcontextprotocol/protocolVersion":1})"),
            kV, "tools/list", kNone, Era::kModern, -32602},
        Row{"capabilities missing",
            WithMeta(R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28"})"), kV,
            "tools/list", kNone, Era::kModern, -32602},
        Row{"capabilities are no object",
            WithMeta(R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                     R"("io.modelcontextprotocol/clientCapabilities":[]})"),
            kV, "tools/list", kNone, Era::kModern, -32602},
        Row{"client info without version",
            WithMeta(R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                     R"("io.modelcontextprotocol/clientCapabilities":{},)"
                     R"("io.modelcontextprotocol/clientInfo":{"name":"x"}})"),
            kV, "tools/list", kNone, Era::kModern, -32602},
        Row{"unknown log level",
            WithMeta(R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                     R"("io.modelcontextprotocol/clientCapabilities":{},)"
                     R"("io.modelcontextprotocol/logLevel":"loud"})"),
            kV, "tools/list", kNone, Era::kModern, -32602},
        Row{"known log level",
            WithMeta(R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                     R"("io.modelcontextprotocol/clientCapabilities":{},)"
                     R"("io.modelcontextprotocol/logLevel":"debug"})"),
            kV, "tools/list", kNone, Era::kModern, 0},
        Row{"header modern, no _meta", kList, kV, "tools/list", kNone, Era::kModern, -32602},
        Row{"header modern, _meta without the key", WithMeta("{}"), kV, "tools/list", kNone,
            Era::kModern, -32602},
        Row{"header of a later revision, no envelope", kList, "2027-01-01", "tools/list", kNone,
            Era::kModern, -32602},
        // Headers against the body.
        Row{"versions differ", Modern("tools/list"), "2025-11-25", "tools/list", kNone,
            Era::kModern, -32020},
        Row{"header modern, body of an unknown version", Modern("tools/list", "", "v999"), kV,
            "tools/list", kNone, Era::kModern, -32020},
        Row{"method differs", Modern("tools/list"), kV, "tools/call", kNone, Era::kModern, -32020},
        Row{"method differs in case", Modern("tools/list"), kV, "Tools/List", kNone, Era::kModern,
            -32020},
        Row{"name differs", kCall, kV, "tools/call", "other", Era::kModern, -32020},
        Row{"name differs in case", kCall, kV, "tools/call", "Echo", Era::kModern, -32020},
        Row{"name is bad base64", kCall, kV, "tools/call", "=?base64?ZWNobw?=", Era::kModern,
            -32020},
        Row{"name has bad characters", kCall, kV, "tools/call", "ech\x01o", Era::kModern, -32020},
        Row{"name in the header only", Modern("tools/call"), kV, "tools/call", "echo", Era::kModern,
            -32020},
        Row{"no version header", Modern("tools/list"), kNone, "tools/list", kNone, Era::kModern,
            -32020},
        Row{"no method header", Modern("tools/list"), kV, kNone, kNone, Era::kModern, -32020},
        Row{"no name header", kCall, kV, "tools/call", kNone, Era::kModern, -32020},
        // Versions.
        Row{"both of an unknown version", Modern("tools/list", "", "v999"), "v999", "tools/list",
            kNone, Era::kModern, -32022},
        Row{"both of a later version", Modern("tools/list", "", "2027-01-01"), "2027-01-01",
            "tools/list", kNone, Era::kModern, -32022},
        Row{"envelope names a legacy version", Modern("tools/list", "", "2025-11-25"), "2025-11-25",
            "tools/list", kNone, Era::kModern, -32022},
        Row{"an unknown version goes before a missing header", Modern("tools/list", "", "v999"),
            kNone, kNone, kNone, Era::kModern, -32022},
        // initialize.
        Row{"initialize", kInitialize, kNone, kNone, kNone, Era::kLegacy, 0},
        Row{"initialize with a legacy header", kInitialize, "2025-06-18", kNone, kNone,
            Era::kLegacy, 0},
        Row{"initialize with the modern header", kInitialize, kV, "initialize", kNone, Era::kModern,
            -32020},
        // The rest is legacy.
        Row{"bare request", kList, kNone, kNone, kNone, Era::kLegacy, 0},
        Row{"legacy header", kList, "2025-11-25", kNone, kNone, Era::kLegacy, 0},
        Row{"unknown header is for the revision to refuse", kList, "1999-01-01", kNone, kNone,
            Era::kLegacy, 0},
        // Notifications and responses.
        Row{"notification", kCancelled, kNone, kNone, kNone, Era::kLegacy, 0},
        Row{"notification with the modern header only", kCancelled, kV, kNone, kNone, Era::kModern,
            0},
        Row{"notification with an envelope",
            R"({"jsonrpc":"2.0","method":"notifications/x","params":{)" + std::string(kEnvelope) +
                "}}",
            kNone, kNone, kNone, Era::kModern, 0},
        Row{"response", R"({"jsonrpc":"2.0","id":1,"result":{}})", kNone, kNone, kNone,
            Era::kLegacy, 0},
        Row{"response with the modern header", R"({"jsonrpc":"2.0","id":1,"result":{}})", kV, kNone,
            kNone, Era::kModern, -32600}));

TEST(Era, AnUnsupportedVersionNamesBoth) {
  const auto decoded = Decode(Modern("tools/list", "", "v999"));
  const auto decision =
      DecideEra({"v999", "tools/list", kNone}, std::get<Message>(decoded.elements[0]));
  ASSERT_TRUE(decision.refusal.has_value());
  EXPECT_EQ(decision.refusal->data_json, R"({"supported":["2026-07-28"],"requested":"v999"})");
}

TEST(Era, BatchesAreForTheOldestRevisionsOnly) {
  const std::string ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  struct BatchRow {
    std::string body;
    std::optional<std::string_view> header;
    std::optional<Revision> negotiated;
    Era era;
    int code;
  };
  const BatchRow rows[] = {
      {"[" + ping + "]", kNone, kNone, Era::kLegacy, 0},
      {"[" + ping + "]", "2025-03-26", kNone, Era::kLegacy, 0},
      {"[" + ping + "]", kNone, Revision::k2025_03_26, Era::kLegacy, 0},
      {"[" + ping + "]", kNone, Revision::k2025_06_18, Era::kLegacy, -32600},
      {"[" + ping + "]", "2025-06-18", kNone, Era::kLegacy, -32600},
      {"[" + ping + "]", "2025-11-25", kNone, Era::kLegacy, -32600},
      {"[" + ping + "]", "1999-01-01", kNone, Era::kLegacy, -32000},
      {"[" + ping + "]", kV, kNone, Era::kModern, -32600},
      {"[" + ping + "," + Modern("tools/list") + "]", kNone, kNone, Era::kModern, -32600},
      {"[" + ping + "," + kInitialize + "]", kNone, kNone, Era::kLegacy, -32600},
      {"[5]", kNone, kNone, Era::kLegacy, 0},
  };
  for (const BatchRow& row : rows) {
    const auto decoded = Decode(row.body);
    ASSERT_TRUE(decoded.batch);
    const auto decision = DecideBatchEra({row.header, kNone, kNone}, decoded, row.negotiated);
    EXPECT_EQ(decision.era, row.era) << row.body;
    EXPECT_EQ(decision.refusal ? decision.refusal->code : 0, row.code) << row.body;
  }
}

TEST(Era, TheHeaderNamesALegacyRequestsRevisionThenTheSession) {
  EXPECT_EQ(DecideLegacyRevision(kNone, kNone).revision, Revision::k2025_03_26);
  EXPECT_EQ(DecideLegacyRevision(kNone, Revision::k2025_11_25).revision, Revision::k2025_11_25);
  EXPECT_EQ(DecideLegacyRevision("2025-06-18", Revision::k2025_11_25).revision,
            Revision::k2025_06_18);
  EXPECT_EQ(DecideLegacyRevision("2024-11-05", kNone).revision, Revision::k2024_11_05);
  for (const char* header : {"1999-01-01", "", "2026-07-28", "latest"}) {
    const auto decision = DecideLegacyRevision(header, kNone);
    ASSERT_TRUE(decision.refusal.has_value()) << header;
    EXPECT_EQ(decision.refusal->http_status, 400);
  }
}

struct StdioRow {
  const char* what;
  StdioEra before;
  std::string body;
  Era era;
  int code;
  StdioEra after;
};

class StdioEraRow : public ::testing::TestWithParam<StdioRow> {};

TEST_P(StdioEraRow, IsDecided) {
  const StdioRow& row = GetParam();
  SCOPED_TRACE(row.what);
  const auto decoded = Decode(row.body);
  const auto decided = DecideStdioEra(row.before, std::get<Message>(decoded.elements[0]));
  EXPECT_EQ(decided.decision.era, row.era);
  EXPECT_EQ(decided.decision.refusal ? decided.decision.refusal->code : 0, row.code);
  EXPECT_EQ(decided.connection, row.after);
}

constexpr auto kOpen = StdioEra::kUndecided;
constexpr auto kOld = StdioEra::kLegacy;
constexpr auto kNew = StdioEra::kModern;

INSTANTIATE_TEST_SUITE_P(
    Rows, StdioEraRow,
    ::testing::Values(
        StdioRow{"initialize pins legacy", kOpen, kInitialize, Era::kLegacy, 0, kOld},
        StdioRow{"an enveloped request pins modern", kOpen, Modern("tools/list"), Era::kModern, 0,
                 kNew},
        StdioRow{"discover pins nothing", kOpen, Modern("server/discover"), Era::kModern, 0, kOpen},
        StdioRow{"a bare request pins nothing", kOpen, kList, Era::kLegacy, 0, kOpen},
        StdioRow{"a bad envelope pins nothing", kOpen,
                 WithMeta(R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28"})"),
                 Era::kModern, -32602, kOpen},
        StdioRow{"an unknown version pins nothing", kOpen, Modern("tools/list", "", "v999"),
                 Era::kModern, -32022, kOpen},
        StdioRow{"legacy stays legacy", kOld, Modern("tools/list"), Era::kLegacy, 0, kOld},
        StdioRow{"modern stays modern", kNew, Modern("tools/list"), Era::kModern, 0, kNew},
        StdioRow{"modern needs the envelope", kNew, kList, Era::kModern, -32602, kNew},
        StdioRow{"modern has no initialize", kNew, kInitialize, Era::kModern, -32022, kNew},
        StdioRow{"modern checks every version", kNew, Modern("tools/list", "", "2025-11-25"),
                 Era::kModern, -32022, kNew},
        StdioRow{"notification when open", kOpen, kCancelled, Era::kLegacy, 0, kOpen},
        StdioRow{"notification when modern", kNew, kCancelled, Era::kModern, 0, kNew}));

}  // namespace
}  // namespace bw::gateway
