#include "gateway/core/jsonrpc.h"

#include <string>

#include <gtest/gtest.h>

namespace bw::gateway {
namespace {

const Message* AsMessage(const Decoded& decoded, std::size_t index = 0) {
  return std::get_if<Message>(&decoded.elements.at(index));
}
const Malformed* AsMalformed(const Decoded& decoded, std::size_t index = 0) {
  return std::get_if<Malformed>(&decoded.elements.at(index));
}

TEST(JsonRpc, DecodesRequests) {
  const auto decoded =
      Decode(R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"x"}})");
  ASSERT_FALSE(decoded.batch);
  const Message* message = AsMessage(decoded);
  ASSERT_NE(message, nullptr);
  EXPECT_EQ(message->kind, Message::Kind::kRequest);
  EXPECT_EQ(message->id->json, "7");
  EXPECT_EQ(message->method, "tools/call");
  EXPECT_EQ(json::GetString(message->params, "name"), "x");
}

TEST(JsonRpc, TellsNotificationsAndResponses) {
  const auto notification = Decode(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  ASSERT_NE(AsMessage(notification), nullptr);
  EXPECT_EQ(AsMessage(notification)->kind, Message::Kind::kNotification);
  EXPECT_FALSE(AsMessage(notification)->id.has_value());
  for (const char* text : {R"({"jsonrpc":"2.0","id":"a","result":{}})",
                           R"({"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"}})",
                           R"({"jsonrpc":"2.0","error":{"code":1,"message":"m"}})"}) {
    const auto response = Decode(text);
    ASSERT_NE(AsMessage(response), nullptr) << text;
    EXPECT_EQ(AsMessage(response)->kind, Message::Kind::kResponse);
  }
}

TEST(JsonRpc, ResponsesHaveAResultOrAnError) {
  const auto result = Decode(R"({"jsonrpc":"2.0","id":"a","result":{"action":"accept"}})");
  EXPECT_EQ(json::GetString(AsMessage(result)->result, "action"), "accept");
  EXPECT_TRUE(AsMessage(result)->error.is_null());
  const auto error = Decode(R"({"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"m"}})");
  EXPECT_EQ(json::GetString(AsMessage(error)->error, "message"), "m");
  EXPECT_TRUE(AsMessage(error)->result.is_null());
}

TEST(JsonRpc, IdsKeepTheirTypeAndSpelling) {
  struct Row {
    const char* id;
    const char* echoed;
  };
  for (const Row& row : {Row{"1", "1"}, Row{"\"1\"", "\"1\""}, Row{"-5", "-5"}, Row{"0", "0"},
                         Row{"9223372036854775807", "9223372036854775807"},
                         Row{"18446744073709551615", "18446744073709551615"}, Row{"\"\"", "\"\""},
                         Row{R"("a\"b")", R"("a\"b")"}}) {
    const auto decoded =
        Decode(std::string(R"({"jsonrpc":"2.0","method":"m","id":)") + row.id + "}");
    ASSERT_NE(AsMessage(decoded), nullptr) << row.id;
    EXPECT_EQ(AsMessage(decoded)->id->json, row.echoed);
  }
}

struct BadRow {
  const char* text;
  int code;
  const char* id;  // nullptr: none is echoed
};

class MalformedMessage : public ::testing::TestWithParam<BadRow> {};

TEST_P(MalformedMessage, IsOneErrorWithTheIdWhereReadable) {
  const auto decoded = Decode(GetParam().text);
  ASSERT_EQ(decoded.elements.size(), 1u);
  EXPECT_FALSE(decoded.batch);
  const Malformed* malformed = AsMalformed(decoded);
  ASSERT_NE(malformed, nullptr);
  EXPECT_EQ(malformed->error.code, GetParam().code);
  EXPECT_EQ(malformed->error.http_status, 400);
  if (GetParam().id == nullptr) {
    EXPECT_FALSE(malformed->id.has_value());
  } else {
    ASSERT_TRUE(malformed->id.has_value());
    EXPECT_EQ(malformed->id->json, GetParam().id);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rows, MalformedMessage,
    ::testing::Values(BadRow{"", -32700, nullptr}, BadRow{"{bad", -32700, nullptr},
                      BadRow{R"({"jsonrpc":"2.0","id":1,"method":"m"} x)", -32700, nullptr},
                      BadRow{"\xff", -32700, nullptr}, BadRow{"[", -32700, nullptr},
                      BadRow{"[]", -32600, nullptr}, BadRow{"1", -32600, nullptr},
                      BadRow{"null", -32600, nullptr}, BadRow{"\"text\"", -32600, nullptr},
                      BadRow{"{}", -32600, nullptr},
                      BadRow{R"({"id":1,"method":"m"})", -32600, "1"},
                      BadRow{R"({"jsonrpc":"1.0","id":1,"method":"m"})", -32600, "1"},
                      BadRow{R"({"jsonrpc":2.0,"id":1,"method":"m"})", -32600, "1"},
                      BadRow{R"({"jsonrpc":"2.0","id":null,"method":"m"})", -32600, nullptr},
                      BadRow{R"({"jsonrpc":"2.0","id":1.5,"method":"m"})", -32600, nullptr},
                      BadRow{R"({"jsonrpc":"2.0","id":true,"method":"m"})", -32600, nullptr},
                      BadRow{R"({"jsonrpc":"2.0","id":{},"method":"m"})", -32600, nullptr},
                      BadRow{R"({"jsonrpc":"2.0","id":1})", -32600, "1"},
                      BadRow{R"({"jsonrpc":"2.0","id":1,"method":5})", -32600, "1"},
                      BadRow{R"({"jsonrpc":"2.0","id":1,"method":"m","params":[1]})", -32600, "1"},
                      BadRow{R"({"jsonrpc":"2.0","id":1,"method":"m","params":null})", -32600, "1"},
                      BadRow{R"({"jsonrpc":"2.0","id":1,"result":{},"error":{}})", -32600, "1"},
                      BadRow{R"({"jsonrpc":"2.0","id":1,"result":5})", -32600, "1"},
                      BadRow{R"({"jsonrpc":"2.0","id":1,"error":"no"})", -32600, "1"},
                      BadRow{R"({"jsonrpc":"2.0","id":1,"result":null})", -32600, "1"},
                      BadRow{R"({"jsonrpc":"2.0","result":{}})", -32600, nullptr},
                      BadRow{R"({"jsonrpc":"2.0","id":null,"error":{}})", -32600, nullptr}));

TEST(JsonRpc, LimitsHoldAtTheLimitAndRefuseOnePast) {
  const auto with_id = [](std::size_t bytes) {
    return R"({"jsonrpc":"2.0","method":"m","id":")" + std::string(bytes, 'i') + "\"}";
  };
  EXPECT_NE(AsMessage(Decode(with_id(kMaxIdBytes))), nullptr);
  EXPECT_NE(AsMalformed(Decode(with_id(kMaxIdBytes + 1))), nullptr);

  const auto with_method = [](std::size_t bytes) {
    return R"({"jsonrpc":"2.0","id":1,"method":")" + std::string(bytes, 'm') + "\"}";
  };
  EXPECT_NE(AsMessage(Decode(with_method(kMaxMethodBytes))), nullptr);
  EXPECT_NE(AsMalformed(Decode(with_method(kMaxMethodBytes + 1))), nullptr);

  const std::string text = with_method(10);
  DecodeLimits limits;
  limits.max_bytes = text.size();
  EXPECT_NE(AsMessage(Decode(text, limits)), nullptr);
  limits.max_bytes = text.size() - 1;
  ASSERT_NE(AsMalformed(Decode(text, limits)), nullptr);
  EXPECT_EQ(AsMalformed(Decode(text, limits))->error.code, -32700);

  // The message, params and two more levels.
  const std::string nested = R"({"jsonrpc":"2.0","id":1,"method":"m","params":{"a":[[]]}})";
  limits = {};
  limits.max_depth = 4;
  EXPECT_NE(AsMessage(Decode(nested, limits)), nullptr);
  limits.max_depth = 3;
  EXPECT_NE(AsMalformed(Decode(nested, limits)), nullptr);
}

TEST(JsonRpc, BatchesKeepEveryElement) {
  const auto decoded = Decode(R"([{"jsonrpc":"2.0","id":1,"method":"ping"},5,
                                  {"jsonrpc":"2.0","method":"notifications/x"}])");
  EXPECT_TRUE(decoded.batch);
  ASSERT_EQ(decoded.elements.size(), 3u);
  EXPECT_NE(AsMessage(decoded, 0), nullptr);
  EXPECT_NE(AsMalformed(decoded, 1), nullptr);
  EXPECT_NE(AsMessage(decoded, 2), nullptr);
}

TEST(JsonRpc, BatchesHaveALimit) {
  const auto batch_of = [](std::size_t count) {
    std::string text = "[";
    for (std::size_t i = 0; i < count; ++i) text += i == 0 ? "1" : ",1";
    return text + "]";
  };
  DecodeLimits limits;
  EXPECT_TRUE(Decode(batch_of(limits.max_batch), limits).batch);
  const auto past = Decode(batch_of(limits.max_batch + 1), limits);
  EXPECT_FALSE(past.batch);
  ASSERT_EQ(past.elements.size(), 1u);
  EXPECT_EQ(AsMalformed(past)->error.code, -32600);
}

TEST(JsonRpc, EncodesWhatTheWireExpects) {
  EXPECT_EQ(EncodeResult({"\"a\""}, R"({"x":1})"),
            R"({"jsonrpc":"2.0","id":"a","result":{"x":1}})");
  EXPECT_EQ(
      EncodeError(RequestId{"3"}, MakeError(Fault::kInternal, "say \"no\"", R"({"k":1})")),
      R"({"jsonrpc":"2.0","id":3,"error":{"code":-32603,"message":"say \"no\"","data":{"k":1}}})");
  EXPECT_EQ(EncodeError(std::nullopt, MakeError(Fault::kParse, "m")),
            R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"m"}})");
  EXPECT_EQ(EncodeRequest({"\"q\""}, "roots/list", ""),
            R"({"jsonrpc":"2.0","id":"q","method":"roots/list"})");
  EXPECT_EQ(EncodeRequest({"\"q\""}, "elicitation/create", "{}"),
            R"({"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{}})");
  EXPECT_EQ(EncodeNotification("notifications/progress", R"({"progress":1})"),
            R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1}})");
}

TEST(JsonRpc, QuoteNeverBreaksALine) {
  EXPECT_EQ(Quote("a\nb\r\t\"\\\x01"), R"("a\nb\r\t\"\\\u0001")");
  EXPECT_TRUE(json::Parse(Quote("\xff\xfe")).ok());
}

}  // namespace
}  // namespace bw::gateway
