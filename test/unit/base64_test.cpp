#include "tool/core/base64.hpp"

#include <gtest/gtest.h>

namespace pitstop::tool::test {

TEST(Base64, is_decoded)
{
    // RFC 4648, section 10
    EXPECT_EQ(decode_base64(""), "");
    EXPECT_EQ(decode_base64("Zg=="), "f");
    EXPECT_EQ(decode_base64("Zm8="), "fo");
    EXPECT_EQ(decode_base64("Zm9v"), "foo");
    EXPECT_EQ(decode_base64("Zm9vYmFy"), "foobar");
}

TEST(Base64, is_of_any_bytes)
{
    EXPECT_EQ(decode_base64("AP/7+w=="), std::string("\0\xff\xfb\xfb", 4));
    EXPECT_EQ(decode_base64("////"), "\xff\xff\xff");
}

TEST(Base64, has_its_padding)
{
    for (const char *text : {"Zg", "Zg=", "Z", "Zm9vY", "Zg===", "====", "===", "=", "Zm9v====", "Zg==Zg==", "Z=g="})
        EXPECT_EQ(decode_base64(text), std::nullopt) << text;
}

TEST(Base64, leaves_no_bits_over)
{
    EXPECT_EQ(decode_base64("Zh=="), std::nullopt);  // "Zg==" is "f"
    EXPECT_EQ(decode_base64("Zm9="), std::nullopt);  // "Zm8=" is "fo"
}

TEST(Base64, has_no_other_characters)
{
    for (const char *text : {"Zm9 ", " Zm9vYg", "Zm\n9", "Zm-9", "Zm_9", "Zm9\xc3", "Zm%3D"})
        EXPECT_EQ(decode_base64(text), std::nullopt) << text;
    EXPECT_EQ(decode_base64(std::string("Zm\0v", 4)), std::nullopt);
}

}  // namespace pitstop::tool::test
