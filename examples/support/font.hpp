// A bitmap font for the printable ASCII characters, 5 x 9 pixels each: seven rows above the baseline, two below it.
#pragma once

#include <string_view>

namespace support {

inline constexpr int glyph_width = 5, glyph_height = 9;

/// Nine digits per character from ' ' to '~', one per row from the top. A digit 0-9, a-v is 0 to 31: five pixels, the
/// highest bit on the left.
inline constexpr std::string_view glyphs =
    "000000000444440400aaa000000aavavaa004fke5u400op248j300cik8lid00444000000"  //  !"#$%&'
    "24888420084222480004lel4000044v4400000000c480000e0000000000cc00122488g00"  // ()*+,-./
    "ehjlphe004c4444e00eh1248v00v2421he0026aiv2200vgu11he0068guhhe00v12488800"  // 01234567
    "ehhehhe00ehhf12c000cc0cc0000cc0c4800248g8420000v0v0000842124800eh1240400"  // 89:;<=>?
    "eh1dlle00ehhvhhh00uhhuhhu00ehggghe00sihhhis00vgguggv00vgguggg00ehgnhhf00"  // @ABCDEFG
    "hhhvhhh00e44444e0072222ic00hikokih00ggggggv00hrllhhh00hhpljhh00ehhhhhe00"  // HIJKLMNO
    "uhhuggg00ehhhlid00uhhukih00fgge11u00v44444400hhhhhhe00hhhhha400hhhllla00"  // PQRSTUVW
    "hha4ahh00hhha44400v1248gv00e88888e00g88422100e22222e004ah0000000000000v0"  // XYZ[\]^_
    "84200000000e1fhf00ggmphhu0000egghe0011djhhf0000ehvge00698s8880000fhhhf1e"  // `abcdefg
    "ggmphhh0040c444e002062222icggikoki00c44444e0000qllll0000mphhh0000ehhhe00"  // hijklmno
    "00uhhhugg00fhhhf1100mpggg0000fge1u0088s88960000hhhjd0000hhha40000hhlla00"  // pqrstuvw
    "00ha4ah0000hhhhf1e00v248v00244844200444444400844244800008l20000";          // xyz{|}~
static_assert(glyphs.size() == 95 * glyph_height);

/// Whether the pixel at (column, row) of a character is set; characters out of the range look like '?'.
constexpr bool glyph_pixel(char character, int column, int row) {
  if (character < ' ' || character > '~') character = '?';
  const char digit = glyphs[static_cast<std::size_t>((character - ' ') * glyph_height + row)];
  const int bits = digit <= '9' ? digit - '0' : digit - 'a' + 10;
  return (bits >> (glyph_width - 1 - column)) % 2 == 1;
}

}  // namespace support
