package vectors_test

import "github.com/dovidka/dovidka/dstu/vectors"

// verifyNotes explain the flags of signatures.
var verifyNotes = map[string]vectors.Note{
	"Normal":          {BugType: "BASIC", Description: "A signature as the standard makes them."},
	"Published":       {BugType: "BASIC", Description: "A vector published by others."},
	"SmallOrLargeRS":  {BugType: "EDGE_CASE", Description: "r or s is at an end of its range or of a special form; the digest was made to fit."},
	"SpecialNonce":    {BugType: "EDGE_CASE", Description: "The secret number k is small or near n, so that R is a known point."},
	"SpecialKey":      {BugType: "EDGE_CASE", Description: "The public key is a small multiple of the base point, or stands in a table that an implementation may use; s·P + r·Q then meets equal and opposite points half way."},
	"PointAtInfinity": {BugType: "EDGE_CASE", Description: "s·P + r·Q is the point at infinity. There is no r for it."},
	"Range":           {BugType: "CAN_OF_WORMS", Description: "r or s is 0, n or more. Without the check some of these verify for everybody's key."},
	"Malleable":       {BugType: "SIGNATURE_MALLEABILITY", Description: "Another form of a good signature."},
	"Truncation":      {BugType: "MISSING_STEP", Description: "r stands for all bits of h·x instead of the low L(n)−1."},
	"Length":          {BugType: "SIGNATURE_MALLEABILITY", Description: "A signature is exactly 2·ceil(L(n)/8) bytes."},
	"Encoding":        {BugType: "SIGNATURE_MALLEABILITY", Description: "Another order of bytes or halves, or a container that has to be taken off before."},
	"ZeroHash":        {BugType: "EDGE_CASE", Description: "The digest is 0 in the field; 1 stands in for it."},
	"HashTruncation":  {BugType: "EDGE_CASE", Description: "The digest is longer than the field, whose low m bits count."},
	"HashInterpreted": {BugType: "WRONG_PRIMITIVE", Description: "The digest was read in another way than little-endian with the low m bits kept."},
	"DigestLength":    {BugType: "LEGACY", Description: "No hash function of the standard has digests of this length."},
	"WrongBasis":      {BugType: "WRONG_PRIMITIVE", Description: "The digest or r was read in the polynomial basis on a curve of the optimal normal basis."},
	"WrongSign":       {BugType: "WRONG_PRIMITIVE", Description: "Made as if Q were d·P instead of −d·P."},
	"WrongKey":        {BugType: "BASIC", Description: "A good signature by another key."},
	"Modified":        {BugType: "BASIC", Description: "A bit of the digest or of the signature was changed."},
	"OtherAlgorithm":  {BugType: "WRONG_PRIMITIVE", Description: "Made by the rules of another signature algorithm over the same curve."},
}

// keyNotes explain the flags of keys.
var keyNotes = map[string]vectors.Note{
	"Normal":          {BugType: "BASIC", Description: "A key as the standard encodes them."},
	"SmallMultiple":   {BugType: "EDGE_CASE", Description: "A small multiple of the base point."},
	"OrderTwo":        {BugType: "MISSING_STEP", Description: "Stands for the point with x = 0, of order two."},
	"Length":          {BugType: "KNOWN_BUG", Description: "A public key is exactly ceil(m/8) bytes."},
	"ExcessBits":      {BugType: "KNOWN_BUG", Description: "Bits from x^m on are set."},
	"NoPoint":         {BugType: "MISSING_STEP", Description: "No point of the curve has this x."},
	"OutsideSubgroup": {BugType: "CONFINEMENT", Description: "The point exists but its order is not n."},
	"Encoding":        {BugType: "KNOWN_BUG", Description: "Another encoding or order of bytes, which gives no key of its own."},
	"Range":           {BugType: "CAN_OF_WORMS", Description: "The private key is 0, n or more."},
	"Padded":          {BugType: "EDGE_CASE", Description: "The private key is followed by zero bytes, as key containers do."},
}
