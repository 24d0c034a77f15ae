package dstu4145

// parameters describe a standard curve; numbers are big-endian hexadecimal. The base point and b are in polynomial
// basis also for the curves of the optimal normal basis, whose θ (see basis.go) is given in addition.
type parameters struct {
	name  string
	oid   string
	m     int
	inner []int
	a     uint64
	b     string
	n     string
	x, y  string
	theta string
}

// standard lists the recommended curves of ДСТУ 4145-2002 under the object identifiers of act z1399-12: ten in polynomial
// basis, then five in optimal normal basis.
var standard = [...]parameters{
	{
		name: "M163-PB", oid: "1.2.804.2.1.1.1.1.3.1.1.2.0",
		m: 163, inner: []int{7, 6, 3}, a: 1,
		b: "5ff6108462a2dc8210ab403925e638a19c1455d21",
		n: "400000000000000000002bec12be2262d39bcf14d",
		x: "2e2f85f5dd74ce983a5c4237229daf8a3f35823be",
		y: "3826f008a8c51d7b95284d9d03ff0e00ce2cd723a",
	},
	{
		name: "M167-PB", oid: "1.2.804.2.1.1.1.1.3.1.1.2.1",
		m: 167, inner: []int{6}, a: 1,
		b: "6ee3ceeb230811759f20518a0930f1a4315a827dac",
		n: "3fffffffffffffffffffffb12ebcc7d7f29ff7701f",
		x: "7a1f6653786a68192803910a3d30b2a2018b21cd54",
		y: "5f49eb26781c0ec6b8909156d98ed435e45fd59918",
	},
	{
		name: "M173-PB", oid: "1.2.804.2.1.1.1.1.3.1.1.2.2",
		m: 173, inner: []int{10, 2, 1}, a: 0,
		b: "108576c80499db2fc16eddf6853bbb278f6b6fb437d9",
		n: "800000000000000000000189b4e67606e3825bb2831",
		x: "4d41a619bcc6eadf0448fa22fad567a9181d37389ca",
		y: "10b51cc12849b234c75e6dd2028bf7ff5c1ce0d991a1",
	},
	{
		name: "M179-PB", oid: "1.2.804.2.1.1.1.1.3.1.1.2.3",
		m: 179, inner: []int{4, 2, 1}, a: 1,
		b: "4a6e0856526436f2f88dd07a341e32d04184572beb710",
		n: "3ffffffffffffffffffffffb981960435fe5ab64236ef",
		x: "6ba06fe51464b2bd26dc57f48819ba9954667022c7d03",
		y: "25fbc363582dcec065080ca8287aaff09788a66dc3a9e",
	},
	{
		name: "M191-PB", oid: "1.2.804.2.1.1.1.1.3.1.1.2.4",
		m: 191, inner: []int{9}, a: 1,
		b: "7bc86e2102902ec4d5890e8b6b4981ff27e0482750fefc03",
		n: "40000000000000000000000069a779cac1dabc6788f7474f",
		x: "714114b762f2ff4a7912a6d2ac58b9b5c2fcfe76daeb7129",
		y: "29c41e568b77c617efe5902f11db96fa9613cd8d03db08da",
	},
	{
		name: "M233-PB", oid: "1.2.804.2.1.1.1.1.3.1.1.2.5",
		m: 233, inner: []int{9, 4, 1}, a: 1,
		b: "6973b15095675534c7cf7e64a21bd54ef5dd3b8a0326aa936ece454d2c",
		n: "1000000000000000000000000000013e974e72f8a6922031d2603cfe0d7",
		x: "3fcda526b6cdf83ba1118df35b3c31761d3545f32728d003eeb25efe96",
		y: "9ca8b57a934c54deeda9e54a7bbad95e3b2e91c54d32be0b9df96d8d35",
	},
	{
		name: "M257-PB", oid: "1.2.804.2.1.1.1.1.3.1.1.2.6",
		m: 257, inner: []int{12}, a: 0,
		b: "1cef494720115657e18f938d7a7942394ff9425c1458c57861f9eea6adbe3be10",
		n: "800000000000000000000000000000006759213af182e987d3e17714907d470d",
		x: "2a29ef207d0e9b6c55cd260b306c7e007ac491ca1b10c62334a9e8dcd8d20fb7",
		y: "10686d41ff744d4449fccf6d8eea03102e6812c93a9d60b978b702cf156d814ef",
	},
	{
		name: "M307-PB", oid: "1.2.804.2.1.1.1.1.3.1.1.2.7",
		m: 307, inner: []int{8, 4, 2}, a: 1,
		b: "393c7f7d53666b5054b5e6c6d3de94f4296c0c599e2e2e241050df18b6090bdc90186904968bb",
		n: "3ffffffffffffffffffffffffffffffffffffffc079c2f3825da70d390fbba588d4604022b7b7",
		x: "216ee8b189d291a0224984c1e92f1d16bf75ccd825a087a239b276d3167743c52c02d6e7232aa",
		y: "5d9306bacd22b7faeb09d2e049c6e2866c5d1677762a8f2f2dc9a11c7f7be8340ab2237c7f2a0",
	},
	{
		name: "M367-PB", oid: "1.2.804.2.1.1.1.1.3.1.1.2.8",
		m: 367, inner: []int{21}, a: 1,
		b: "43fc8ad242b0b7a6f3d1627ad5654447556b47bf6aa4a64b0c2afe42cadab8f93d92394c79a79755437b56995136",
		n: "40000000000000000000000000000000000000000000009c300b75a3fa824f22428fd28ce8812245ef44049b2d49",
		x: "324a6eddd512f08c49a99ae0d3f961197a76413e7be81a400ca681e09639b5fe12e59a109f78bf4a373541b3b9a1",
		y: "1ab597a5b4477f59e39539007c7f977d1a567b92b043a49c6b61984c3fe3481aaf454cd41ba1f051626442b3c10",
	},
	{
		name: "M431-PB", oid: "1.2.804.2.1.1.1.1.3.1.1.2.9",
		m: 431, inner: []int{5, 3, 1}, a: 1,
		b: "3ce10490f6a708fc26dfe8c3d27c4f94e690134d5bff988d8d28aaeaede975936c66bac536b18ae2dc312ca493117daa469c640caf3",
		n: "3fffffffffffffffffffffffffffffffffffffffffffffffffffffba3175458009a8c0a724f02f81aa8a1fcbaf80d90c7a95110504cf",
		x: "1a62ba79d98133a16bbae7ed9a8e03c32e0824d57aef72f88986874e5aae49c27bed49a2a95058068426c2171e99fd3b43c5947c857d",
		y: "70b5e1e14031c1f70bbefe96bdde66f451754b4ca5f48da241f331aa396b8d1839a855c1769b1ea14ba53308b5e2723724e090e02db9",
	},
	{
		name: "M173-ONB", oid: "1.2.804.2.1.1.1.1.3.1.2.2.0",
		m: 173, inner: []int{10, 2, 1}, a: 0,
		b:     "1eec7c8f700a6aedbd1461bfd4e13f7a34be03124b2",
		n:     "800000000000000000000189b4e67606e3825bb2831",
		x:     "1e79fa7f03f3256db2dd423893e076b1714d88adbcc0",
		y:     "171f0f254d822f50d1caf9163d3526013e66167ef417",
		theta: "d4e82948d06bdd9fd5499be5bbdf3c17c5cd81c3a95",
	},
	{
		name: "M179-ONB", oid: "1.2.804.2.1.1.1.1.3.1.2.2.1",
		m: 179, inner: []int{4, 2, 1}, a: 1,
		b:     "4c8a1d80932e32d11d5cc8c5c61d708d9c7ec4072c6e0",
		n:     "3ffffffffffffffffffffffb981960435fe5ab64236ef",
		x:     "7a4dec7d3ff298d437664f54e5983aade9c75be246a39",
		y:     "2d8bc41e8334a48296007cade6765fe4aeb0e7d12fced",
		theta: "2fa11e836e4a0593591138945241f2a04d54d579b4561",
	},
	{
		name: "M191-ONB", oid: "1.2.804.2.1.1.1.1.3.1.2.2.2",
		m: 191, inner: []int{9}, a: 1,
		b:     "3a6e032ceec7bacfed0ed348af5f8212f468b31c90c72b61",
		n:     "40000000000000000000000069a779cac1dabc6788f7474f",
		x:     "26ab60190fceb2d085c39cbecf2939e84b5c7979f3db2ed7",
		y:     "2ebd9b0990359c6489219bcd9485c2cc5ce107c4352e3e83",
		theta: "58fe12f51aa53fbfdba92f16b5a08fb172d99a84cdac542b",
	},
	{
		name: "M233-ONB", oid: "1.2.804.2.1.1.1.1.3.1.2.2.3",
		m: 233, inner: []int{9, 4, 1}, a: 1,
		b:     "1a452c5ad96ff4a6cf1139302bca4ae699fdddee71e73147e2c225bf8a6",
		n:     "1000000000000000000000000000013e974e72f8a6922031d2603cfe0d7",
		x:     "1f9873c6e300c0928efc7423541cd5ea4b8e4b3bdf74d6dc1d573405554",
		y:     "bc1ed7db054157834fe0a396f163245a26f32fc127f2f4291ac9df823b",
		theta: "18f49d2701bb0aa979ff19ba6c213201ad8c05dec61f4741c845bc5bfab",
	},
	{
		name: "M431-ONB", oid: "1.2.804.2.1.1.1.1.3.1.2.2.4",
		m: 431, inner: []int{5, 3, 1}, a: 1,
		b:     "513dc8305b5444dca36bf9c383216d191f9457d222eb612dea8cc5a073e37e17ed41b01d8152af26d45d676c728f814ba7f6014e4d55",
		n:     "3fffffffffffffffffffffffffffffffffffffffffffffffffffffba3175458009a8c0a724f02f81aa8a1fcbaf80d90c7a95110504cf",
		x:     "68dfa13acadd1bd3272265ef7ffa2baa23681c710d6d3a62445616dead5eff954ebbb6214d8ffc811f855f809959ad74bd6ab039c555",
		y:     "3b2f6a74a12ca3bc401a86574d745986038bf977d1ce62e229c5c56555362206841669910f28145a9983ce65f69e6f76bddf634a2790",
		theta: "4513a0d22d332f6ef68f26c3169ae670730ebcdcc78a81ae24c3b13124e4adde4db8a984c755f6607d537eae7e6cb575664922585a59",
	},
}
