#include "gateway/core/protocol.h"

#include <set>

#include <gtest/gtest.h>

namespace bw::gateway {
namespace {

TEST(Protocol, EveryRevisionIsFoundByItsName) {
  for (const Revision revision : {Revision::k2024_11_05, Revision::k2025_03_26,
                                  Revision::k2025_06_18, Revision::k2025_11_25}) {
    EXPECT_EQ(FindRevision(RevisionName(revision)), revision);
    EXPECT_EQ(EraOf(revision), Era::kLegacy);
  }
  EXPECT_EQ(FindRevision("2026-07-28"), Revision::k2026_07_28);
  EXPECT_EQ(EraOf(Revision::k2026_07_28), Era::kModern);
  EXPECT_EQ(FindRevision("2025-03-27"), std::nullopt);
  EXPECT_EQ(FindRevision(""), std::nullopt);
}

TEST(Protocol, OnlyDatesFromTheModernRevisionOnNameTheModernEra) {
  EXPECT_TRUE(NamesModernEra("2026-07-28"));
  EXPECT_TRUE(NamesModernEra("2031-01-01"));
  EXPECT_FALSE(NamesModernEra("2026-07-27"));
  EXPECT_FALSE(NamesModernEra("2025-11-25"));
  EXPECT_FALSE(NamesModernEra("v999"));
  EXPECT_FALSE(NamesModernEra("2026-07-28x"));
  EXPECT_FALSE(NamesModernEra("9999_99_99"));
}

// The error table of 2026-07-28 streamable HTTP, and the official SDK's codes at the HTTP edge.
TEST(Protocol, EveryFaultHasItsCodeAndStatus) {
  struct Row {
    Fault fault;
    int code;
    int status;
  };
  const Row rows[] = {
      {Fault::kParse, -32700, 400},
      {Fault::kInvalidRequest, -32600, 400},
      {Fault::kEnvelope, -32602, 400},
      {Fault::kHeaderMismatch, -32020, 400},
      {Fault::kUnsupportedVersion, -32022, 400},
      {Fault::kMissingCapability, -32021, 400},
      {Fault::kMethodNotFound, -32601, 404},
      {Fault::kLegacyMethodNotFound, -32601, 200},
      {Fault::kInvalidParams, -32602, 200},
      {Fault::kLegacyResourceNotFound, -32002, 200},
      {Fault::kInternal, -32603, 200},
      {Fault::kOverloaded, -32603, 503},
      {Fault::kLegacyVersion, -32000, 400},
      {Fault::kSessionUnknown, -32001, 404},
      {Fault::kSessionMissing, -32000, 400},
      {Fault::kForbidden, -32000, 403},
      {Fault::kUnauthorized, -32000, 401},
      {Fault::kNotAllowed, -32000, 405},
      {Fault::kNotAcceptable, -32000, 406},
      {Fault::kMediaType, -32000, 415},
      {Fault::kInsufficientScope, -31403, 403},
      {Fault::kTooManyRequests, -31429, 429},
      {Fault::kUnavailable, -32603, 503},
  };
  EXPECT_EQ(std::size(rows), FaultTable().size());
  for (const Row& row : rows) {
    const RpcError error = MakeError(row.fault, "m", "{}");
    EXPECT_EQ(error.code, row.code);
    EXPECT_EQ(error.http_status, row.status) << row.code;
    EXPECT_EQ(error.message, "m");
    EXPECT_EQ(error.data_json, "{}");
  }
}

// MakeError finds rows by position.
TEST(Protocol, TheFaultTableIsInOrder) {
  int position = 0;
  for (const FaultRow& row : FaultTable()) EXPECT_EQ(static_cast<int>(row.fault), position++);
}

}  // namespace
}  // namespace bw::gateway
